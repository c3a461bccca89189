import { expect, type Page } from "@playwright/test";

/** Test cards of Stripe's, by what happens to them. */
export const cards = {
  works: "4242 4242 4242 4242",
  declined: "4000 0000 0000 0002",
  declinedOnRenewal: "4000 0000 0000 0341",
  asksTheBank: "4000 0000 0000 3220",
} as const;

/** Waits for the hosted checkout page. */
export async function atCheckout(page: Page): Promise<void> {
  await page.waitForURL(/\/c\/pay\//);
  await expect(page.getByText("no money moves")).toBeVisible();
}

/** Fills the hosted checkout page with a card and pays. */
export async function payWith(page: Page, number: string): Promise<void> {
  await page.getByLabel("Card number").fill(number);
  await page.getByLabel("Expiry").fill("12 / 34");
  await page.getByLabel("CVC").fill("123");
  await page.getByLabel("Name on card").fill("Alex Example");
  await page.getByRole("button", { name: /^(Pay|Subscribe|Start trial)/ }).click();
}
