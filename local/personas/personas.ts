import type { Environment } from "../environment.ts";
import { isKnown, type Payer, payerOf } from "./billing.ts";
import { makeDisputed } from "./disputed.ts";
import { type Doors, openDoors } from "./doors.ts";
import { makeEnterprise } from "./enterprise.ts";
import { makeStarter } from "./starter.ts";
import { makePastDue, makeSuspended } from "./unpaid.ts";

type Make = (doors: Doors, payer: Payer) => Promise<void>;

/** The personas that have something at Stripe. */
const BILLED: Array<{ name: string; team?: string; make: Make }> = [
  { name: "starter", make: makeStarter },
  { name: "disputed", make: makeDisputed },
  { name: "enterprise", team: "Northwind", make: makeEnterprise },
  { name: "pastdue", make: makePastDue },
  { name: "suspended", make: makeSuspended },
];

/**
 * Gives the personas of the seed what they have at the local Stripe, each once. It needs the app, which hears of it by
 * webhook; so it is done beside the rest, and nobody waits for it. What fails with one keeps nothing from the others.
 *
 * @returns what is missing, a sentence each
 */
export async function makePersonas(environment: Environment, signal: AbortSignal): Promise<string[]> {
  const doors = openDoors(environment, signal);
  const made = await Promise.all(
    BILLED.map(async ({ name, team, make }) => {
      try {
        const payer = await payerOf(doors, name, team);
        if (!(await isKnown(doors, payer))) await make(doors, payer);
        return null;
      } catch (error) {
        return `The persona ${name} is not what it should be: ${String(error)}`;
      }
    }),
  );
  return made.filter((words) => words !== null);
}
