import { hasGrant, makeCustomer, type Payer, priceOf, saveCustomer, spend } from "./billing.ts";
import { type Doors, until } from "./doors.ts";

const ANSWER = { model: "large-1", input_tokens: 100_000, output_tokens: 20_000, credits: 8_000 };

/** Bought a pack, used most of it, and then disputed the payment: nothing is left, and the rest is a debt. */
export async function makeDisputed(doors: Doors, payer: Payer): Promise<void> {
  const { stripe } = doors;
  const customer = await makeCustomer(doors, payer, "tok_visa");
  await saveCustomer(doors, payer, customer);
  const metadata = { kind: "pack", account: payer.account, pack: "small", version: "1" };
  const written = (prefix: string) =>
    Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`${prefix}[${name}]`, value]));
  const { id: session } = await stripe<{ id: string }>("/v1/checkout/sessions", {
    customer,
    mode: "payment",
    "line_items[0][price]": await priceOf(doors, "pack_small_v1"),
    "line_items[0][quantity]": "1",
    success_url: "http://localhost/",
    "invoice_creation[enabled]": "true",
    ...written("metadata"),
    ...written("payment_intent_data[metadata]"),
    ...written("invoice_creation[invoice_data][metadata]"),
  });
  const { id: card } = await stripe<{ id: string }>("/v1/payment_methods", {
    type: "card",
    "card[token]": "tok_visa",
    "billing_details[email]": payer.email,
    "billing_details[name]": payer.name,
  });
  await stripe(`/v1/payment_pages/${session}/confirm`, { payment_method: card });
  await until("pack", () => hasGrant(doors, payer, "pack"));
  const { payment_intent: payment } = await stripe<{ payment_intent: string }>(`/v1/checkout/sessions/${session}`);
  await spend(doors, payer, ANSWER, 5);
  await doors.double("dashboard/dispute", { payment_intent: payment, reason: "product_not_received" });
  const path = `/rest/v1/credit_balances?select=debt&debt=gt.0&account_id=eq.${payer.account}`;
  await until("debt", async () => (await doors.supabase<object[]>(path)).length > 0);
}
