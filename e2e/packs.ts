import { expect, type Page } from "@playwright/test";
import type { Sql } from "postgres";
import { balance } from "./fixtures";
import { atCheckout, cards, payWith } from "./payment";
import { eventually } from "./plans";

/** Buys the small pack and answers the payment, as Stripe knows it. */
export async function buyPack(page: Page, sql: Sql, account: string): Promise<string> {
  await page.goto("/credits");
  await page.getByRole("button", { name: "Buy 50,000 credits for $6" }).click();
  await atCheckout(page);
  await payWith(page, cards.works);
  await expect(page.getByRole("heading", { name: "50,000 credits are yours" })).toBeVisible({ timeout: 30_000 });
  const [purchase] = await sql<Array<{ payment_intent_id: string }>>`
    select payment_intent_id from public.purchases where account_id = ${account}`;
  if (!purchase) throw new Error("There is no purchase.");
  return purchase.payment_intent_id;
}

/** Waits until the frame shows so many credits. */
export const showsCredits = (page: Page, credits: string) =>
  eventually(page, "/credits", () => expect(balance(page)).toHaveText(`${credits} credits`, { timeout: 2_000 }));
