import { afterAll, beforeAll, expect, test } from "vitest";
import { entitlementFor } from "@/lib/billing/entitlement";
import { accountId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { runJobs } from "@/lib/jobs";
import { readStanding } from "@/lib/standing";
import { makePersonas } from "../../local/personas/personas.ts";
import { seed } from "../../local/supabase/migrations.ts";
import { type BillingScene, openBillingScene } from "./billing.ts";
import { serveRest } from "./rest.ts";

let scene: BillingScene;
let rest: Awaited<ReturnType<typeof serveRest>>;
let missing: string[];

/** Works as the app does beside the personas' making: what Stripe tells, and the tick. Time goes by faster meanwhile. */
async function workUntil(done: Promise<string[]>): Promise<string[]> {
  let isDone = false;
  const finished = done.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await scene.advance(1);
    await scene.settle();
    await runJobs();
  }
  return finished;
}

const make = () =>
  makePersonas(
    {
      SUPABASE_URL: rest.url,
      SUPABASE_SECRET_KEY: scene.database.keys.secret,
      STRIPE_API_BASE: scene.double.url,
      STRIPE_SECRET_KEY: scene.double.key,
    },
    new AbortController().signal,
  );

beforeAll(async () => {
  scene = await openBillingScene();
  await seed(scene.database.url);
  rest = await serveRest(scene.database);
  missing = await workUntil(make());
}, 120_000);
afterAll(async () => {
  rest.close();
  await scene.close();
});

async function standingOf(name: string, team: string | null = null) {
  const [row] = await scene.database.sql<Array<{ id: string; total: string; debt: string; frozen: boolean }>>`
    select a.id, b.total, b.debt, b.frozen_at is not null as frozen
    from auth.users u join public.memberships m on m.user_id = u.id join public.accounts a on a.id = m.account_id
    join public.credit_balances b on b.account_id = a.id
    where u.email = ${`${name}@ledgerline.test`} and (a.name = ${team} or (${team}::text is null and a.kind = 'personal'))`;
  if (!row) throw new Error(`${name} has no balance`);
  const standing = await readStanding(accountId(row.id));
  const { plan, notice, prepaid } = entitlementFor(standing, now());
  return {
    plan,
    notice: notice?.code ?? null,
    prepaid,
    status: standing.subscription?.status ?? null,
    stage: standing.dunning?.stage ?? null,
    frozen: row.frozen,
    total: Number(row.total),
    debt: Number(row.debt),
  };
}

test("every persona is made, and made again nothing changes", async () => {
  expect(missing).toEqual([]);
  const before = scene.received.length;
  expect(await make()).toEqual([]);
  await scene.settle();
  expect(scene.received).toHaveLength(before);
});

test("the persona on Starter is past the allowance", async () => {
  expect(await standingOf("starter")).toMatchObject({ plan: "starter", status: "active", total: 0, debt: 0 });
});

test("the persona past due has a plan whose renewal was declined, and keeps it for now", async () => {
  expect(await standingOf("pastdue")).toMatchObject({ plan: "starter", status: "past_due", stage: "retrying" });
});

test("the suspended persona has credits that may not be spent, and a plan that is over", async () => {
  const standing = await standingOf("suspended");
  expect(standing).toMatchObject({ plan: "free", stage: "suspended", frozen: true });
  expect(standing.total).toBeGreaterThan(0);
});

test("the persona with a dispute owes what was used of the pack", async () => {
  const standing = await standingOf("disputed");
  expect(standing.debt).toBeGreaterThan(0);
  expect(standing).toMatchObject({ total: 0, frozen: false });
});

test("Northwind is an enterprise with an allowance, and an invoice that is not due yet", async () => {
  expect(await standingOf("enterprise", "Northwind")).toMatchObject({
    plan: "enterprise",
    status: "active",
    stage: null,
  });
});
