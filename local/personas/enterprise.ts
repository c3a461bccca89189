import { hasGrant, makeCustomer, type Payer, saveCustomer } from "./billing.ts";
import { type Doors, until } from "./doors.ts";

const MONTHLY_CENTS = 100_000;
const NET_DAYS = 30;

/** On terms of their own (they stand in the seed), with this month's invoice open and not due yet. */
export async function makeEnterprise(doors: Doors, payer: Payer): Promise<void> {
  const { stripe } = doors;
  const customer = await makeCustomer(doors, payer, "tok_visa");
  await saveCustomer(doors, payer, customer);
  const { id: product } = await stripe<{ id: string }>("/v1/products", { name: "Enterprise" });
  const { id: price } = await stripe<{ id: string }>("/v1/prices", {
    product,
    currency: "usd",
    unit_amount: String(MONTHLY_CENTS),
    "recurring[interval]": "month",
    "metadata[kind]": "base",
    "metadata[plan]": "enterprise",
    "metadata[version]": "1",
    "metadata[interval]": "monthly",
  });
  const { latest_invoice: invoice } = await stripe<{ latest_invoice: string }>("/v1/subscriptions", {
    customer,
    "items[0][price]": price,
    collection_method: "send_invoice",
    days_until_due: String(NET_DAYS),
    "metadata[account]": payer.account,
  });
  await stripe(`/v1/invoices/${invoice}/finalize`, {});
  await until("allowance", () => hasGrant(doors, payer, "alw_rest"));
}
