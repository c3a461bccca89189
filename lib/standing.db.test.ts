import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { openCase } from "@/e2e/database/dunning";
import { actAs } from "@/e2e/database/people";
import { type Subscriber, subscribersOf } from "@/e2e/database/subscribers";
import { entitlementFor } from "@/lib/billing/entitlement";
import { now } from "@/lib/clock";
import { readStanding, toStanding } from "@/lib/standing";
import { rpc } from "@/lib/supabase/rpc";

let scene: BillingScene;
let subscriber: Subscriber;
beforeAll(async () => {
  scene = await openBillingScene();
  subscriber = await subscribersOf(() => scene).subscribe("starter", "yearly");
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => scene.close());

const goLive = () => {
  vi.stubEnv("STRIPE_SECRET_KEY", "sk_live_of_a_founder");
  for (const name of ["LEDGERLINE_LOCAL", "STRIPE_API_BASE", "RESEND_BASE_URL"]) vi.stubEnv(name, undefined);
};
const planNow = async () => entitlementFor(await readStanding(subscriber.account), now()).plan;

describe("a plan that was bought with play money", () => {
  test("is a plan with a test key, and none once the key is live", async () => {
    expect(await planNow()).toBe("starter");
    goLive();
    expect(await planNow()).toBe("free");
  });

  test("is told apart for the people of the account too, who see both modes and nobody else's", async () => {
    const rows = await actAs(
      scene.database.sql,
      subscriber.user,
      (sql) => sql`
      select account_id, livemode, plan_key from public.account_standing order by livemode`,
    );
    expect(rows.map(({ account_id, livemode, plan_key }) => [account_id, livemode, plan_key])).toEqual([
      [subscriber.account, false, "starter"],
      [subscriber.account, true, null],
    ]);
  });

  test("owes nothing once the key is live: its unpaid invoices are none of ours", async () => {
    const { account } = subscriber;
    await openCase(scene.database.sql, account, "downgraded");
    expect((await readStanding(account)).dunning).toMatchObject({ stage: "downgraded" });
    goLive();
    expect((await readStanding(account)).dunning).toBeNull();
  });

  test("leaves credits, this month's and those to come, which one statement voids before money is real", async () => {
    const left = async () => (await scene.grants(subscriber)).filter(({ state }) => state !== "closed").length;
    expect(await left()).toBe(13);
    expect(await rpc("read_installation", {})).toMatchObject({ test_accounts: 1 });
    expect(await rpc("void_test_mode_credits", { at: now() })).toMatchObject({ ok: true, grants: 13 });
    expect(await left()).toBe(0);
    expect(await rpc("void_test_mode_credits", { at: now() })).toMatchObject({ grants: 0 });
    expect(await rpc("read_installation", {})).toMatchObject({ test_accounts: 0 });
  });
});

test("what an enterprise owes counts from the moment its period is over, while the invoice is still a draft", async () => {
  const { account } = subscriber;
  await scene.database.sql`
    insert into public.account_terms (account_id, monthly_allowance, overage_tiers, credit_limit_cents, net_days,
      warn_after_days, downgrade_after_days, suspend_after_days, agreed_at)
    values (${account}, 1000000, '[]', 100000, 30, 3, 7, 14, now())`;
  const owed = async () => (await readStanding(account)).terms?.openInvoicesCents;
  expect(await owed()).toBe(0);
  for (const [status, expected] of [
    ["draft", 29_000],
    ["open", 29_000],
    ["uncollectible", 29_000],
    ["void", 0],
  ] as const) {
    await scene.database
      .sql`update public.invoices set status = ${status}, due_cents = 29000 where account_id = ${account}`;
    expect(await owed(), status).toBe(expected);
  }
});

test("a row of the view is a standing whichever mode it is of", async () => {
  const rows = await scene.database.sql`select to_jsonb(s) as row from public.account_standing s`;
  for (const { row } of rows) expect(() => toStanding(row)).not.toThrow();
});
