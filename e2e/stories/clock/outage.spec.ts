import { passHours } from "../../clock";
import { balance, expect, setting, test } from "../../fixtures";
import { atCheckout, cards, payWith } from "../../payment";
import { type Visitor, visitor } from "../../people";
import { eventually } from "../../plans";
import { actAtStripe, askStripe } from "../../stripe-dashboard";

const NOWHERE = "http://127.0.0.1:9/api/stripe/webhook";

interface Endpoint {
  id: string;
  url: string;
}

async function endpoint(): Promise<Endpoint> {
  const { data } = (await askStripe("GET", "/v1/webhook_endpoints")) as { data: Endpoint[] };
  const [own] = data.filter(({ url }) => url.startsWith(setting("APP_URL")) || url === NOWHERE);
  if (!own) throw new Error("The app has no endpoint at Stripe.");
  return own;
}

const sendEventsTo = async (url: string) =>
  askStripe("POST", `/v1/webhook_endpoints/${(await endpoint()).id}`, { url });

/** Buys the small pack; with `closes`, the tab is gone before the success page comes. */
async function buyPack({ page }: Visitor, closes = false): Promise<void> {
  await page.goto("/credits");
  await page.getByRole("button", { name: "Buy 50,000 credits for $6" }).click();
  await atCheckout(page);
  if (closes) await page.context().route("**/billing/success**", (route) => route.abort());
  await payWith(page, cards.works);
  if (!closes)
    await expect(page.getByRole("heading", { name: "50,000 credits are yours" })).toBeVisible({ timeout: 30_000 });
}

test("two hours of events that arrive nowhere: all of it is found at Stripe, and once when they come after all", async ({
  browser,
  sql,
}) => {
  test.setTimeout(180_000);
  const buyer = await visitor(browser, sql, "Buys meanwhile");
  const refunded = await visitor(browser, sql, "Gets money back");
  await buyPack(refunded);
  const [purchase] = await sql<Array<{ payment_intent_id: string }>>`
    select payment_intent_id from public.purchases where account_id = ${refunded.accountId}`;
  const { url } = await endpoint();

  await sendEventsTo(NOWHERE);
  try {
    await buyPack(buyer, true);
    await actAtStripe("refund", { payment_intent: purchase?.payment_intent_id });
    await passHours(2);
    const page = await buyer.page.context().newPage();
    await eventually(page, "/credits", () => expect(balance(page)).toHaveText("55,000 credits", { timeout: 2_000 }));
    await eventually(refunded.page, "/credits", () =>
      expect(balance(refunded.page)).toHaveText("5,000 credits", { timeout: 2_000 }),
    );
  } finally {
    await sendEventsTo(url);
  }

  await test.step("Stripe's own retries change nothing more", async () => {
    await passHours(24);
    const rows = await sql<Array<{ account_id: string; total: string; debt: string }>>`
      select account_id, total, debt from public.credit_balances
      where account_id in (${buyer.accountId}, ${refunded.accountId}) order by total`;
    expect(rows.map(({ total, debt }) => [Number(total), Number(debt)])).toEqual([
      [5_000, 0],
      [55_000, 0],
    ]);
  });
  await Promise.all([buyer, refunded].map(({ page }) => page.context().close()));
});
