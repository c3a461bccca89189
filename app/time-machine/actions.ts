"use server";

import { cookies } from "next/headers";
import { z } from "zod";
import { ACCOUNT_COOKIE, getSession } from "@/lib/session";
import { forgetReport, startMove } from "@/lib/time-machine/clock";
import { failNextPayment, findCustomer } from "@/lib/time-machine/customer";
import { switchDelivery } from "@/lib/time-machine/deliveries";
import { DoubleError } from "@/lib/time-machine/double";
import { accountOf, becomePersona } from "@/lib/time-machine/personas";
import { MOVES, type Outcome, SWITCHES } from "@/lib/time-machine/state";
import { requireTimeMachine } from "./gate";

async function answered(work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DoubleError) return { ok: false, message: error.message };
    throw error;
  }
}

/** Begins to move the clock by a day, a week, or past the next renewal of the account one acts for. */
export async function moveClock(move: string): Promise<Outcome> {
  requireTimeMachine();
  const wish = z.enum(MOVES).parse(move);
  const session = await getSession();
  return answered(() => startMove(wish, session?.account.id ?? null));
}

/** Puts the report of the last move away. */
export async function dismissReport(): Promise<void> {
  requireTimeMachine();
  forgetReport();
}

/** Signs in as one of the people there are, and acts for the account that their name promises. */
export async function switchPersona(email: string): Promise<Outcome> {
  requireTimeMachine();
  const outcome = await becomePersona(z.email().parse(email));
  const session = outcome.ok ? await getSession() : null;
  const account = session && accountOf(session);
  if (account) (await cookies()).set(ACCOUNT_COOKIE, account, { httpOnly: true, sameSite: "lax", path: "/" });
  return outcome;
}

/** Has the bank refuse the next payment of the account one acts for. */
export async function failPayment(): Promise<Outcome> {
  requireTimeMachine();
  const session = await getSession();
  const customer = session && (await findCustomer(session.account.id));
  if (!session || !customer) {
    return { ok: false, message: "This account has never bought anything, so it has no payment to fail." };
  }
  return answered(async () => {
    await failNextPayment(customer);
    return { ok: true, message: `The next payment of ${session.account.name} will be declined.` };
  });
}

/** Has events delivered twice, late or shuffled, or as usual again. */
export async function setDelivery(which: string, isOn: boolean): Promise<Outcome> {
  requireTimeMachine();
  const wish = z.enum(SWITCHES).parse(which);
  const on = z.boolean().parse(isOn);
  return answered(async () => {
    await switchDelivery(wish, on);
    return {
      ok: true,
      message: on ? `Events will come ${WORD[wish]}.` : `Events will not come ${WORD[wish]} any more.`,
    };
  });
}

const WORD = { twice: "twice", late: "half a minute late", shuffled: "in another order" } as const;
