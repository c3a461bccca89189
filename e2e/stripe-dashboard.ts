import type { Page } from "@playwright/test";
import { setting } from "./fixtures";

/** Does at the local Stripe what somebody does in Stripe's Dashboard. */
export async function actAtStripe(act: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${setting("STRIPE_API_BASE")}/_double/dashboard/${act}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`The local Stripe refused ${act}: ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}

/** Opens a customer's page in the local Stripe's Dashboard. */
export async function openCustomer(page: Page, customer: string): Promise<void> {
  await page.goto(`${setting("STRIPE_API_BASE")}/customers/${customer}`);
}

/** Calls Stripe's API as the app does. */
export async function askStripe(method: "GET" | "POST", path: string, params: Record<string, string> = {}) {
  const query = new URLSearchParams(params);
  const answer = await fetch(`${setting("STRIPE_API_BASE")}${path}${method === "GET" ? `?${query}` : ""}`, {
    method,
    headers: { authorization: `Bearer ${setting("STRIPE_SECRET_KEY")}` },
    ...(method === "POST" && { body: query }),
  });
  if (!answer.ok) throw new Error(`Stripe answered ${answer.status} to ${path}: ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}
