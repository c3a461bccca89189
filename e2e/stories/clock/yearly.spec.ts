import { passDays } from "../../clock";
import { balance, expect, test } from "../../fixtures";
import { eventually, subscribe } from "../../plans";
import { allowOverage, newApiKey, reportUse } from "../../spending";

test("paid for a year, credits come month by month, and use beyond them is billed by the month", async ({
  signedIn,
}) => {
  test.setTimeout(180_000);
  await subscribe(signedIn, "Starter", { interval: "yearly" });
  await eventually(signedIn, "/billing", async () => {
    await expect(balance(signedIn)).toHaveText("355,000 credits", { timeout: 2_000 });
    await expect(signedIn.getByText(/\$290\.00/).first()).toBeVisible({ timeout: 2_000 });
  });
  await allowOverage(signedIn, 50_000);
  const key = await newApiKey(signedIn);
  await reportUse(key, 355_000);
  const { over_limit: isOver } = await reportUse(key, 10_000);
  expect(isOver).toBe(false);

  await passDays(32);
  await eventually(signedIn, "/billing/invoices", async () => {
    // 10,000 credits at $0.10 per 1,000, on an invoice without a base.
    await expect(signedIn.getByRole("row").filter({ hasText: "$1.00" }).filter({ hasText: /paid/i })).toHaveCount(1, {
      timeout: 2_000,
    });
    await expect(signedIn.getByRole("row").filter({ hasText: "$290.00" })).toHaveCount(1, { timeout: 2_000 });
    await expect(balance(signedIn)).toHaveText(/^35[05],000 credits$/, { timeout: 2_000 });
  });
});
