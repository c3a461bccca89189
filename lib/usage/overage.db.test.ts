import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { type Subscriber, subscribersOf } from "@/e2e/database/subscribers";
import { planOf } from "@/lib/billing/offers";
import { WHOLE_PLAN } from "@/lib/billing/overage";
import { policy } from "@/lib/billing/plans";
import { type Credits, credits, tokens } from "@/lib/billing/units";
import { type Buyer, startCheckout } from "@/lib/checkout/start";
import { now } from "@/lib/clock";
import { chooseOverage } from "@/lib/credits/overage-choice";
import { releaseReservation, reserveCredits } from "@/lib/credits/reservations";
import { deductMany } from "@/lib/credits/spending";
import { recordUsage } from "@/lib/credits/usage";
import { runJobs } from "@/lib/jobs";
import { stripe } from "@/lib/stripe/client";
import { charge } from "./fixed-price";
import { readOverageStop } from "./overage-stop";
import { InsufficientCreditsError } from "./refusals";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());

const { subscribe, renew, advance, settle, entitlement, total } = subscribersOf(() => scene);
const MINUTE = 60;
const STARTER = planOf("starter");

/** Spends through the door every feature uses, with what the entitlement permits at this moment. */
async function spend(buyer: Buyer, amount: number): Promise<void> {
  const { overagePermitted } = await entitlement(buyer);
  await charge({
    account: buyer.account,
    key: randomUUID(),
    amount: credits(amount),
    feature: "assistant",
    overagePermitted,
  });
}

const allow = (buyer: Buyer, cap: number) =>
  chooseOverage({ account: buyer.account, cap: cap as Credits, user: buyer.user });
const used = async (buyer: Buyer) => (await readOverageStop(buyer.account, await entitlement(buyer))).used;
const refused = (spending: Promise<void>) => expect(spending).rejects.toThrow(InsufficientCreditsError);

/** Lets the outbox leave, and what follows from it. */
async function report(): Promise<void> {
  await advance(6 * MINUTE);
  await runJobs();
  await settle();
}

async function overageLines({ customer }: Subscriber): Promise<Array<{ quantity: number; cents: number }>> {
  const rows = await scene.database.sql<Array<{ quantity: string; amount_cents: string }>>`
    select line.quantity, line.amount_cents from public.invoice_lines line join public.invoices i on i.id = line.invoice_id
    where i.customer_id = ${customer} and line.kind = 'overage' and line.quantity > 0 order by i.created_at`;
  return rows.map((row) => ({ quantity: Number(row.quantity), cents: Number(row.amount_cents) }));
}

describe("pay as you go", () => {
  test("from sign-up through the first paid invoice and past the trust cap", async () => {
    const buyer = await subscribe("payg");
    const subscription = await stripe().subscriptions.retrieve(buyer.subscription, { expand: ["latest_invoice"] });
    expect([subscription.status, subscription.latest_invoice]).toMatchObject(["active", { total: 0, status: "paid" }]);
    expect(subscription.default_payment_method).not.toBeNull();
    expect(await entitlement(buyer)).toMatchObject({
      plan: "payg",
      overagePermitted: policy.trustCapCredits,
      overageLimitedBy: "trust",
    });

    const own = await total(buyer);
    await spend(buyer, own + 150_000);
    await refused(spend(buyer, 50_001));
    await spend(buyer, 50_000);
    await refused(spend(buyer, 1));
    const { period_end_at: end } = await periodOf(buyer);
    expect(await readOverageStop(buyer.account, await entitlement(buyer))).toEqual({
      limitedBy: "trust",
      limit: policy.trustCapCredits,
      used: policy.trustCapCredits,
      restartsAt: end,
      ways: ["buy_credits", "change_plan"],
    });

    await report();
    await renew(buyer, MINUTE);
    expect((await entitlement(buyer)).overagePermitted, "nothing is paid yet").toBe(0);
    await runJobs();
    await advance(2 * 3_600);
    await settle();
    expect(await overageLines(buyer)).toEqual([{ quantity: 200_000, cents: 2_400 }]);
    expect(await entitlement(buyer)).toMatchObject({
      overagePermitted: planOf("payg").overage?.mostCreditsPerPeriod,
      overageLimitedBy: "plan",
    });
    await spend(buyer, (await total(buyer)) + policy.trustCapCredits + 1);
    expect(await used(buyer)).toBe(policy.trustCapCredits + 1);
  }, 60_000);

  test("is taken with a card alone, and the rate is said before payment", async () => {
    const buyer = await scene.buyer();
    const answer = await startCheckout(buyer, { plan: "payg", interval: "monthly" });
    const id = answer.ok ? /\/(cs_\w+)/.exec(answer.url)?.[1] : undefined;
    const session = await stripe().checkout.sessions.retrieve(id ?? "", { expand: ["line_items"] });
    expect(session.payment_method_collection).toBe("always");
    expect(session.payment_method_types).toEqual(["card"]);
    expect(session.custom_text.submit?.message).toContain("$0.12 per 1,000 credits");
    expect(session.line_items?.data.map(({ price, quantity }) => [price?.lookup_key, quantity])).toEqual([
      ["payg_monthly_v1", 1],
      ["payg_overage_v1", null],
    ]);
  });
});

async function periodOf({ account }: Buyer): Promise<{ period_end_at: Date }> {
  const [row] = await scene.database.sql<Array<{ period_end_at: Date }>>`
    select period_end_at from public.subscriptions where account_id = ${account} and is_mirrored`;
  if (!row) throw new Error("there is no subscription");
  return row;
}

describe("a hybrid plan", () => {
  test("stops at its credits while nobody has allowed overage, and says so", async () => {
    const buyer = await subscribe("starter");
    await spend(buyer, await total(buyer));
    await refused(spend(buyer, 1));
    expect(await readOverageStop(buyer.account, await entitlement(buyer))).toMatchObject({
      limitedBy: "off",
      ways: ["allow_overage", "buy_credits", "change_plan"],
    });
  });

  test("spends allowance, then prepaid, then overage, in one call too, and bills the overage with the next period", async () => {
    const buyer = await subscribe("starter");
    await allow(buyer, 40_000);
    await scene.database.sql`select public.grant_credits(account_id => ${buyer.account}, source => 'gift',
      source_id => ${randomUUID()}, amount => 1000, category => 'paid', priority => 20, at => ${now()})`;
    const has = await total(buyer);
    await spend(buyer, has - 1_500);
    await spend(buyer, 1_500 + 12_345);
    const [entry] = await scene.database.sql`
      select credits, overage_credits, debt_credits, grant_amounts from public.credit_entries
      where account_id = ${buyer.account} and operation = 'spend' order by seq desc limit 1`;
    expect(entry).toMatchObject({ credits: "-1500", overage_credits: "12345", debt_credits: "0" });
    expect([...(entry?.grant_amounts ?? [])].map(Number)).toEqual([500, 1_000]);
    expect(await used(buyer)).toBe(12_345);

    await report();
    await renew(buyer);
    await runJobs();
    await settle();
    expect(await overageLines(buyer)).toEqual([{ quantity: 12_345, cents: 123 }]);
    expect(await used(buyer), "a new period counts from 0").toBe(0);
    expect(await total(buyer)).toBe(STARTER.monthlyAllowance);
  }, 60_000);

  test("keeps what was used when the cap is lowered below it, and refuses new work until it is raised", async () => {
    const buyer = await subscribe("starter");
    await allow(buyer, 10_000);
    await spend(buyer, (await total(buyer)) + 6_000);
    expect(await allow(buyer, 2_000)).toMatchObject({ ok: true, cap: 2_000, used: 6_000 });
    await refused(spend(buyer, 1));
    expect(await used(buyer)).toBe(6_000);
    await allow(buyer, WHOLE_PLAN);
    await spend(buyer, 1_000);
    expect(await used(buyer)).toBe(7_000);
    const choices = await scene.database.sql<Array<{ cap: string; chosen_by: string }>>`
      select cap, chosen_by from public.overage_choices where account_id = ${buyer.account} order by id`;
    expect(choices.map(({ cap, chosen_by }) => [Number(cap), chosen_by])).toEqual(
      [10_000, 2_000, WHOLE_PLAN].map((cap) => [cap, buyer.user]),
    );
  });

  test("never has more than the cap, though twenty ask at once and the cap is changed meanwhile", async () => {
    const buyer = await subscribe("starter");
    await spend(buyer, await total(buyer));
    await allow(buyer, 1_000);
    const { overagePermitted } = await entitlement(buyer);
    const ask = (key: string) =>
      reserveCredits({
        account: buyer.account,
        key,
        amount: credits(90),
        timeToLiveSeconds: 600,
        overagePermitted: credits(Math.max(overagePermitted, 5_000)),
      });
    const first = await Promise.all(Array.from({ length: 20 }, (_, index) => ask(`first ${index}`)));
    expect(first.filter(({ ok }) => ok)).toHaveLength(11);
    const [, ...second] = await Promise.all([
      allow(buyer, 500),
      ...Array.from({ length: 20 }, (_, index) => ask(`second ${index}`)),
    ]);
    expect(second.filter((answer) => answer.ok)).toHaveLength(0);
    const held = await scene.database.sql`
      select overage_reserved, overage_used from public.credit_balances where account_id = ${buyer.account}`;
    expect(Number(held[0]?.overage_reserved)).toBe(990);
    await Promise.all(
      first.flatMap((answer, index) =>
        answer.ok ? [releaseReservation({ account: buyer.account, key: `first ${index}` })] : [],
      ),
    );
    const third = await Promise.all(Array.from({ length: 20 }, (_, index) => ask(`third ${index}`)));
    expect(third.filter(({ ok }) => ok)).toHaveLength(5);
  });

  test("passes the same limit to every way of spending, and reported usage says when it is over", async () => {
    const buyer = await subscribe("starter");
    await spend(buyer, await total(buyer));
    await allow(buyer, 100);
    const { account } = buyer;
    const { overagePermitted } = await entitlement(buyer);
    const batch = await deductMany({
      account,
      overagePermitted,
      items: [60, 60, 40].map((amount) => ({ key: randomUUID(), amount: credits(amount), feature: "api" })),
    });
    expect(batch).toMatchObject({
      ok: true,
      results: [{ code: "ok" }, { code: "insufficient_credits" }, { code: "ok" }],
    });
    const none = tokens(0);
    const usage = {
      feature: "api",
      model: null,
      inputTokens: none,
      cachedInputTokens: none,
      outputTokens: none,
      reasoningTokens: none,
      rateCardVersion: "test",
      occurredAt: now(),
      estimated: false,
    };
    const late = await recordUsage({
      account,
      overagePermitted,
      items: [{ key: randomUUID(), amount: credits(7), usage }],
    });
    expect(late).toMatchObject({ ok: true, overLimit: true, balance: { overageUsed: 100, debt: 7 } });
  });

  test("sold by the year gets its monthly metered item from the first sync, and overage with it", async () => {
    const buyer = await subscribe("starter", "yearly");
    await settle();
    const { items } = await stripe().subscriptions.retrieve(buyer.subscription);
    expect(items.data.map(({ price }) => [price.lookup_key, price.recurring?.interval])).toEqual([
      ["starter_yearly_v1", "year"],
      ["starter_overage_v1", "month"],
    ]);
    await allow(buyer, 5_000);
    expect((await entitlement(buyer)).overagePermitted).toBe(5_000);
    await spend(buyer, (await total(buyer)) + 5_000);
    const stop = await readOverageStop(buyer.account, await entitlement(buyer));
    const month = (items.data[1]?.current_period_end ?? 0) * 1_000;
    expect(stop.restartsAt?.getTime()).toBe(month);
    expect(await used(buyer)).toBe(5_000);
    await advance(Math.round((month - now().getTime()) / 1_000) + MINUTE);
    await settle();
    expect(await used(buyer), "the month is over, the year is not").toBe(0);
  }, 60_000);
});
