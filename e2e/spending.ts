import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { expect, setting } from "./fixtures";

/** Makes an API key as its owner does, in the settings. */
export async function newApiKey(page: Page): Promise<string> {
  await page.goto("/settings/api-keys");
  await page.getByLabel("Name").fill("import");
  await page.getByRole("button", { name: /create|make/i }).click();
  const shown = page.getByText(/^ll_[A-Za-z0-9_-]{20,}$/);
  await expect(shown).toBeVisible();
  return (await shown.textContent()) ?? "";
}

/** Sets the owner's cap on use beyond the credits, on the billing page. */
export async function allowOverage(page: Page, credits: number): Promise<void> {
  await page.goto("/billing");
  await page.getByRole("radio", { name: "Up to a number of credits a month" }).check();
  await page.getByRole("textbox", { name: "Credits a month" }).fill(String(credits));
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText(/saved|from now on|up to/i).last()).toBeVisible();
}

export interface Reported {
  balance: { available: number; debt: number; overage_used: number };
  over_limit: boolean;
}

/** Reports use that was worth so many credits through the metering API. */
export async function reportUse(key: string, credits: number): Promise<Reported> {
  const answer = await fetch(`${setting("APP_URL")}/api/usage`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ events: [{ key: randomUUID(), feature: "import", credits }] }),
  });
  if (!answer.ok) throw new Error(`The metering API answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Reported;
}
