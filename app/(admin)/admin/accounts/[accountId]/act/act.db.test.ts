import { randomUUID } from "node:crypto";
import { createClient } from "@supabase/supabase-js";
import type { ReactElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { VERBS } from "@/components/admin/act-path";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { headersOf } from "@/e2e/database/callers";
import { createPerson } from "@/e2e/database/people";
import { readAdminAccount } from "@/lib/admin/account";
import { readAdminAction } from "@/lib/admin/actions";
import { requireAdmin } from "@/lib/admin/guard";
import { type AccountId, userId } from "@/lib/billing/units";
import { type Buyer, startCheckout } from "@/lib/checkout/start";
import { now } from "@/lib/clock";
import { stripe } from "@/lib/stripe/client";
import { adminClient } from "@/lib/supabase/admin";
import ActPage from "./[verb]/page";
import { act } from "./actions";
import { draftOf } from "./drafts";

vi.mock("@/lib/admin/guard", () => ({ requireAdmin: vi.fn(), adminOrNull: vi.fn() }));
vi.mock("@/lib/supabase/admin", () => ({ adminClient: vi.fn() }));
vi.mock("next/cache", () => ({ revalidatePath: vi.fn() }));

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
  const founder = await createPerson(scene.database.sql);
  await scene.database.sql`insert into public.platform_admins (user_id) values (${founder.userId})`;
  vi.mocked(requireAdmin).mockResolvedValue({ id: userId(founder.userId), email: founder.email });
  const headers = headersOf(scene.database, "service_role");
  const client = createClient("http://supabase.test", scene.database.keys.secret, {
    auth: { persistSession: false },
    global: { fetch: (input, init) => scene.database.rest(input, { ...init, headers: { ...headers } }) },
    realtime: { transport: class {} as never },
  });
  vi.mocked(adminClient).mockReturnValue(client as never);
});
afterAll(() => scene.close());

const spend = (account: AccountId, amount: number) =>
  scene.database
    .sql`select public.deduct_credits(account_id => ${account}, key => ${randomUUID()}, amount => ${amount}, feature => 'test', at => ${now()}) as answer`;

async function buyPack(): Promise<Buyer & { payment: string }> {
  const buyer = await scene.buyer();
  const answer = await startCheckout(buyer, { pack: "small" });
  if (!answer.ok) throw new Error(answer.message);
  const { payment_intent: payment } = await scene.pay(answer.url);
  await scene.settle();
  return { ...buyer, payment: String(payment) };
}

async function draft(verb: Parameters<typeof draftOf>[0], account: AccountId, search: Record<string, string> = {}) {
  const found = await readAdminAccount(account);
  if (!found) throw new Error("there is no such account");
  return draftOf(verb, found, search, now());
}

async function fieldsOf(...asked: Parameters<typeof draft>): Promise<Record<string, string>> {
  const drawn = await draft(...asked);
  if (drawn?.kind !== "confirm") throw new Error(`not to be confirmed: ${JSON.stringify(drawn)}`);
  return { ...drawn.fields };
}

/** Sends the form. Answers "done" when it leads back to the account, else what it says is wrong. */
async function send(
  verb: string,
  account: AccountId,
  fields: Record<string, string>,
  requestId: string = randomUUID(),
) {
  const form = new FormData();
  const all = { verb, account, requestId, reason: "Asked for it by phone", ...fields };
  for (const [name, value] of Object.entries(all)) form.set(name, value);
  try {
    return await act(null, form);
  } catch (error) {
    if (String((error as { digest?: string }).digest).includes(`/admin/accounts/${account}?done=`)) return "done";
    throw error;
  }
}

/** The page of an act as Next draws it, as text. */
async function pageOf(verb: string, account: AccountId, search: object): Promise<string> {
  const page = await ActPage({
    params: Promise.resolve({ accountId: account, verb }),
    searchParams: Promise.resolve(search as Record<string, string>),
  });
  return renderToStaticMarkup(page as ReactElement).replaceAll(/<[^>]+>/g, " ");
}

/** What Next hands over is no plain object: its class is Next's own. */
class AsNextGives {
  [name: string]: unknown;
  constructor(search: object) {
    Object.assign(this, search);
  }
}

test("the page of every act is drawn, whatever its address says", async () => {
  const buyer = await buyPack();
  const [bought] = await scene.database
    .sql`select invoice_id from public.purchases where payment_intent_id = ${buyer.payment}`;
  const invoice = String(bought?.invoice_id);
  const searches = [{}, { credits: "500", days: ["1", "2"], payment: buyer.payment, invoice, what: "all", other: "x" }];
  for (const verb of VERBS.filter((name) => name !== "meter" && name !== "event"))
    for (const search of searches.flatMap((said) => [said, new AsNextGives(said)])) {
      if (verb === "forgive" && !("invoice" in search)) continue;
      expect(await pageOf(verb, buyer.account, search)).toMatch(/Go back/);
    }
  expect(await pageOf("gift", buyer.account, new AsNextGives({ credits: "500" }))).toContain("Give 500 credits");
  expect(await pageOf("gift", buyer.account, { credits: "many" })).toContain("Write a number");
  expect(await pageOf("refund", buyer.account, new AsNextGives({ payment: buyer.payment }))).toContain("Refund $6.00");
  await expect(pageOf("meter", buyer.account, {})).rejects.toThrow(/404/);
});

test("credits that an admin gives come once, however often the form is sent, and never without a reason", async () => {
  const buyer = await scene.buyer();
  const fields = await fieldsOf("gift", buyer.account, { credits: "700", days: "30" });
  const requestId = randomUUID();
  expect(await send("gift", buyer.account, { ...fields, reason: " " }, requestId)).toMatchObject({ ok: false });
  expect(await scene.balance(buyer)).toMatchObject({ total: 0 });
  for (const _ of [1, 2]) expect(await send("gift", buyer.account, fields, requestId)).toBe("done");
  expect(await scene.balance(buyer)).toMatchObject({ total: 700 });
  expect(await readAdminAction(requestId)).toMatchObject({ verb: "gift", arguments: { credits: 700, days: 30 } });
});

test("an amount that nobody means is asked for again, and not given", async () => {
  const buyer = await scene.buyer();
  for (const credits of ["0", "-5", "1.5", "10000001", "many"]) {
    expect(await draft("gift", buyer.account, { credits })).toMatchObject({ kind: "choose" });
    expect(await send("gift", buyer.account, { credits })).toMatchObject({ ok: false });
  }
  expect(await scene.balance(buyer)).toMatchObject({ total: 0 });
});

test("a refund gives back what its page said, once, and from the account's own page alone", async () => {
  const buyer = await buyPack();
  const other = await scene.buyer();
  const { total } = await scene.balance(buyer);
  await spend(buyer.account, total - 25_000);
  const fields = await fieldsOf("refund", buyer.account, { payment: buyer.payment });
  expect(fields).toMatchObject({ cents: "300", currency: "usd" });
  expect(await draft("refund", other.account, { payment: buyer.payment })).toBeNull();
  expect(await send("refund", other.account, fields)).toMatchObject({
    ok: false,
    message: expect.stringContaining("another account"),
  });
  const requestId = randomUUID();
  for (const _ of [1, 2]) expect(await send("refund", buyer.account, fields, requestId)).toBe("done");
  await scene.settle();
  const { data } = await stripe().refunds.list({ payment_intent: buyer.payment });
  expect(data.map(({ amount }) => amount)).toEqual([300]);
  expect(await scene.balance(buyer)).toEqual({ total: 0, debt: 0 });
  expect((await readAdminAction(requestId))?.answer).toMatchObject({ ok: true, amountCents: 300 });
});

test("a held account spends nothing until it is released", async () => {
  const buyer = await buyPack();
  expect(await send("hold", buyer.account, await fieldsOf("hold", buyer.account))).toBe("done");
  expect((await spend(buyer.account, 1))[0]?.answer).toMatchObject({ ok: false });
  expect(await draft("hold", buyer.account)).toMatchObject({ kind: "refused" });
  expect(await send("release", buyer.account, await fieldsOf("release", buyer.account))).toBe("done");
  expect((await spend(buyer.account, 1))[0]?.answer).toMatchObject({ ok: true });
});

test("asking Stripe again brings what an event that never came would have brought, once", async () => {
  const buyer = await buyPack();
  const { total } = await scene.balance(buyer);
  scene.deliver = false;
  await stripe().refunds.create({ payment_intent: buyer.payment });
  await scene.settle();
  expect(await scene.balance(buyer)).toMatchObject({ total });
  for (const _ of [1, 2]) expect(await send("sync", buyer.account, {})).toBe("done");
  scene.deliver = true;
  expect(await scene.balance(buyer)).toMatchObject({ total: total - 50_000 });
});

test("an event that was given up runs again from its account's page, and from no other", async () => {
  const buyer = await buyPack();
  const other = await scene.buyer();
  const { sql } = scene.database;
  const [dead] =
    await sql`update public.stripe_events set status = 'dead', next_attempt_at = null, finished_at = ${now()}
    where id = (select e.id from public.stripe_events e join public.stripe_customers c on c.customer_id = e.customer_id where c.account_id = ${buyer.account} limit 1) returning id`;
  const event = String(dead?.id);
  expect(await draft("event", other.account, { event })).toBeNull();
  expect(await send("event", other.account, { event })).toMatchObject({ ok: false });
  expect(await send("event", buyer.account, await fieldsOf("event", buyer.account, { event }))).toBe("done");
  await scene.settle();
  const [after] = await sql`select status from public.stripe_events where id = ${event}`;
  expect(after?.status).not.toBe("dead");
});

test("what is not there is neither forgiven, decided nor released", async () => {
  const { account } = await scene.buyer();
  expect(await draft("forgive", account, { invoice: "in_nobodys" })).toBeNull();
  expect(await draft("meter", account, { row: randomUUID() })).toBeNull();
  expect(await draft("overage", account)).toMatchObject({ kind: "refused" });
  const asked = [
    ["forgive", { invoice: "in_nobodys", what: "all" }],
    ["meter", { row: randomUUID(), decision: "write_off", credits: "5" }],
    ["overage", {}],
  ] as const;
  for (const [verb, fields] of asked) expect(await send(verb, account, fields)).toMatchObject({ ok: false });
});
