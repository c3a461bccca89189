import type { Page } from "@playwright/test";
import { expect } from "./fixtures";
import { runJobs } from "./mailbox";
import { atCheckout, cards, payWith } from "./payment";

/** Chooses a plan on the page of plans and goes to the checkout. */
export async function choosePlan(page: Page, name: string, interval: "monthly" | "yearly" = "monthly"): Promise<void> {
  await page.goto(`/billing/plan?interval=${interval}`);
  await page.getByRole("button", { name: `Choose ${name}` }).click();
  await atCheckout(page);
}

/** Subscribes as a customer does, and waits for the plan. */
export async function subscribe(
  page: Page,
  name: string,
  { card = cards.works, interval = "monthly" }: { card?: string; interval?: "monthly" | "yearly" } = {},
): Promise<void> {
  await choosePlan(page, name, interval);
  await payWith(page, card);
  await expect(
    page.getByRole("heading", { name: new RegExp(`^(You are on ${name}|Your trial of ${name} has begun)`) }),
  ).toBeVisible({
    timeout: 30_000,
  });
}

/** Opens the preview of a change to another plan. */
export async function previewChange(page: Page, name: string, interval?: "monthly" | "yearly"): Promise<void> {
  await page.goto(`/billing/plan${interval ? `?interval=${interval}` : ""}`);
  await page.getByRole("link", { name: `Change to ${name}` }).click();
  await expect(page.getByRole("heading", { name: new RegExp(`^Change to ${name}`) })).toBeVisible();
}

/** Looks at a page until it shows something, and lets the tick run meanwhile. */
export async function eventually(page: Page, path: string, look: () => Promise<void>): Promise<void> {
  await expect(async () => {
    await runJobs();
    await page.goto(path);
    await look();
  }).toPass({ timeout: 40_000 });
}
