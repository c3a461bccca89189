import { createClient } from "@supabase/supabase-js";
import { strFromU8, unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { tokenOf } from "@/e2e/database/callers";
import { type Payer, payAsYouGo } from "@/e2e/database/usage";
import { planOf } from "@/lib/billing/offers";
import { type Buyer, startCheckout } from "@/lib/checkout/start";
import { now } from "@/lib/clock";
import { processPendingEvents } from "@/lib/events/inbox";
import { flushUsage, reportUsage } from "@/lib/metering/report";
import { rpc } from "@/lib/supabase/rpc";
import { yearArchive } from "./archive";
import { type Invoice, listInvoices, placeInWords, placeOf } from "./list";
import { type ExplainedInvoice, readInvoice } from "./read";
import { listYears } from "./years";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
  await scene.control("settings", { meterLagSeconds: 0 });
});
afterAll(() => scene.close());

const HOUR = 3600;
const DAY = 24 * HOUR;
const MONTH = 31 * DAY;

const clientOf = ({ user }: Buyer) =>
  createClient("http://supabase.test", scene.database.keys.publishable, {
    auth: { persistSession: false, autoRefreshToken: false },
    accessToken: async () => tokenOf(scene.database, user),
    global: { fetch: (input, init) => scene.database.rest(input, init) },
    realtime: { transport: class {} as never },
  });

async function buy(buyer: Buyer, product: Parameters<typeof startCheckout>[1]): Promise<Payer> {
  const answer = await startCheckout(buyer, product);
  if (!answer.ok) throw new Error(answer.message);
  const session = await scene.pay(answer.url);
  await scene.settle();
  await scene.settle();
  return { ...buyer, customer: String(session.customer), subscription: String(session.subscription) };
}

async function use({ account }: Buyer, amount: number, feature: string, model: string | null): Promise<void> {
  const answer = await rpc<{ ok: boolean; code: string }>("deduct_credits", {
    account_id: account,
    key: crypto.randomUUID(),
    amount,
    feature,
    at: now(),
    overage_permitted: 5_000_000,
    usage: { feature, model, occurred_at: now().toISOString() },
  });
  if (!answer.ok) throw new Error(answer.code);
}

async function advance(seconds: number): Promise<void> {
  await scene.advance(seconds);
  await processPendingEvents();
  await scene.settle();
}

const listOf = (buyer: Buyer, page = {}) => listInvoices(clientOf(buyer), buyer.account, page);

async function explain(buyer: Buyer, invoice: Invoice | undefined): Promise<ExplainedInvoice> {
  const read = invoice && (await readInvoice(clientOf(buyer), buyer.account, invoice.id));
  if (!read) throw new Error("There is no such invoice");
  return read;
}

const lineOf = (invoice: ExplainedInvoice, kind: string) => {
  const line = invoice.lines.find((candidate) => candidate.kind === kind);
  if (!line) throw new Error(`The invoice has no line of ${kind}`);
  return line;
};

describe("why was I charged", () => {
  test("a line of overage leads to the use behind it, by model and feature, whose sum is the line's quantity", async () => {
    const payer = await buy(await scene.buyer(), { plan: "starter", interval: "monthly" });
    await rpc("set_overage", { account_id: payer.account, at: now(), cap: 5_000_000 });
    await use(payer, (await scene.balance(payer)).total, "assistant", "small-1");
    await use(payer, 4_000, "assistant", "large-1");
    await use(payer, 6_000, "assistant", "large-1");
    await use(payer, 2_345, "summarize", null);
    await flushUsage(payer.account, now());
    await advance(MONTH + 2 * HOUR);
    const [renewal] = await listOf(payer);
    const line = lineOf(await explain(payer, renewal), "overage");
    expect(line.quantity).toBe(12_345);
    expect(line.overage).toEqual({
      used: [
        { feature: "assistant", model: "large-1", credits: 10_000, entries: 2 },
        { feature: "summarize", model: null, credits: 2_345, entries: 1 },
      ],
      usedCredits: 12_345,
      carriedInCredits: 0,
      carriedFrom: null,
      carriedOutCredits: 0,
      unbilledCredits: 0,
    });
    expect(renewal?.about).toBe("Starter plan and overage");
  });

  test("use that came too late for its own invoice is named on both: missing from one, on the next", async () => {
    const payer = await payAsYouGo(scene);
    await use(payer, 70_000, "assistant", "large-1");
    process.env.METER_SINK = "none";
    await advance(MONTH + 2 * HOUR);
    process.env.METER_SINK = "stripe";
    const [late] = await listOf(payer);
    for (let round = 0; round < 4; round += 1) {
      await reportUsage();
      await advance(10 * 60);
    }
    const first = lineOf(await explain(payer, late), "overage");
    expect(first).toMatchObject({ quantity: 0, overage: { usedCredits: 70_000, carriedOutCredits: 70_000 } });
    await use(payer, 5_000, "assistant", "small-1");
    await flushUsage(payer.account, now());
    await advance(MONTH + 2 * HOUR);
    const [next] = await listOf(payer);
    const second = lineOf(await explain(payer, next), "overage");
    expect(second).toMatchObject({
      quantity: 75_000,
      overage: { usedCredits: 5_000, carriedInCredits: 70_000, carriedOutCredits: 0 },
    });
    expect(second.overage?.carriedFrom?.getTime()).toBeLessThan(second.periodStart.getTime());
  });

  test("a plan's line leads to the credits it gave, a pack's to those that were bought", async () => {
    const payer = await buy(await scene.buyer(), { plan: "starter", interval: "monthly" });
    await buy(payer, { pack: "small" });
    const invoices = await listOf(payer);
    const sums = await Promise.all(
      invoices.map(async (invoice) => {
        const { lines } = await explain(payer, invoice);
        return lines.flatMap(({ kind, grants }) =>
          grants.length > 0 ? [[kind, grants.reduce((sum, { credits }) => sum + credits, 0)]] : [],
        );
      }),
    );
    expect(sums.flat().sort()).toEqual([
      ["base", planOf("starter").monthlyAllowance],
      ["pack", 50_000],
    ]);
    expect(invoices.map(({ about }) => about).sort()).toEqual(["50,000 credits", "Starter plan"]);
  });

  test("a yearly line leads to its twelve monthly parts", async () => {
    const payer = await buy(await scene.buyer(), { plan: "starter", interval: "yearly" });
    const { grants } = lineOf(await explain(payer, (await listOf(payer)).at(-1)), "base");
    expect(grants.filter(({ source }) => source === "alw_rest")).toHaveLength(12);
    expect(grants.reduce((sum, { credits }) => sum + credits, 0)).toBe(12 * planOf("starter").monthlyAllowance);
  });

  test("nobody reads the invoices of an account they do not belong to", async () => {
    const payer = await buy(await scene.buyer(), { pack: "small" });
    const stranger = await scene.buyer();
    const [invoice] = await listOf(payer);
    expect(await listInvoices(clientOf(stranger), payer.account)).toEqual([]);
    expect(await readInvoice(clientOf(stranger), payer.account, invoice?.id ?? "")).toBeNull();
    expect(await rpc("explain_invoice", { account_id: stranger.account, invoice_id: invoice?.id })).toMatchObject({
      lines: [],
    });
  });
});

describe("the list", () => {
  test("is paged by key: nothing twice, nothing missing, also for those of one second", async () => {
    const buyer = await scene.buyer();
    for (const pack of ["small", "small", "medium"] as const) {
      await buy(buyer, { pack });
      await scene.advance(HOUR);
    }
    await scene.database.sql`update public.invoices set created_at = (
      select min(created_at) from public.invoices where account_id = ${buyer.account}) where account_id = ${buyer.account}`;
    const whole = (await listOf(buyer)).map(({ id }) => id);
    const paged: string[] = [];
    for (let after: ReturnType<typeof placeOf>; paged.length < 10; ) {
      const page = await listOf(buyer, { after, most: 1 });
      const last = page.at(-1);
      if (!last) break;
      paged.push(last.id);
      after = placeOf(placeInWords(last));
    }
    expect(whole).toHaveLength(3);
    expect(paged).toEqual(whole);
  });

  test("takes no place that somebody has made up", () => {
    for (const words of [undefined, "", "x_in_1", "1_in,1", "1_in_1)", ["1_in_1"], `${"9".repeat(20)}_in_1`])
      expect(placeOf(words)).toBeUndefined();
  });
});

describe("a year in one file", () => {
  const archive = async (buyer: Buyer, year: number) =>
    unzipSync(new Uint8Array(await new Response(yearArchive(clientOf(buyer), buyer.account, year)).arrayBuffer()));

  test("holds a PDF for every invoice and a table of them all", async () => {
    const buyer = await scene.buyer();
    await buy(buyer, { pack: "small" });
    await buy(buyer, { plan: "starter", interval: "monthly" });
    const year = now().getUTCFullYear();
    expect(await listYears(clientOf(buyer), buyer.account)).toEqual([year]);
    const files = await archive(buyer, year);
    const pdfs = Object.entries(files).filter(([name]) => name.endsWith(".pdf"));
    expect(pdfs).toHaveLength(2);
    for (const [, bytes] of pdfs) expect(strFromU8(bytes.subarray(0, 5))).toBe("%PDF-");
    const table = strFromU8(files["invoices.csv"] ?? new Uint8Array())
      .trim()
      .split("\r\n");
    expect(table).toHaveLength(3);
    expect(table[0]).toBe("number,date,for,status,currency,total,tax,due,paid_on,file");
    expect(table.find((row) => row.includes("Starter plan"))).toMatch(
      /,Starter plan,paid,USD,29,0,0,\d{4}-\d\d-\d\d,invoice-/,
    );
    expect(files["missing.txt"]).toBeUndefined();
  });

  test("names a PDF that could not be had, instead of leaving it out silently", async () => {
    const buyer = await scene.buyer();
    await buy(buyer, { pack: "small" });
    const real = globalThis.fetch;
    vi.stubGlobal("fetch", (input: string, init?: RequestInit) =>
      String(input).includes("/pdf") ? Promise.resolve(new Response("gone", { status: 404 })) : real(input, init),
    );
    const files = await archive(buyer, now().getUTCFullYear());
    vi.unstubAllGlobals();
    expect(Object.keys(files).sort()).toEqual(["invoices.csv", "missing.txt"]);
    expect(strFromU8(files["invoices.csv"] ?? new Uint8Array())).toContain(",missing");
    expect(strFromU8(files["missing.txt"] ?? new Uint8Array())).toContain("50,000 credits");
  });

  test("is empty for a year without invoices, and for somebody else", async () => {
    const buyer = await scene.buyer();
    await buy(buyer, { pack: "small" });
    expect(Object.keys(await archive(buyer, 2020))).toEqual(["invoices.csv"]);
    const stranger = await scene.buyer();
    const asked = yearArchive(clientOf(stranger), buyer.account, now().getUTCFullYear());
    expect(Object.keys(unzipSync(new Uint8Array(await new Response(asked).arrayBuffer())))).toEqual(["invoices.csv"]);
  });
});
