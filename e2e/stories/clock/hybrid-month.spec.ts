import { passHours, passTo } from "../../clock";
import { balance, expect, test } from "../../fixtures";
import { eventually, subscribe } from "../../plans";
import { allowOverage, newApiKey, reportUse } from "../../spending";

test("a month on Starter with use beyond its credits ends in one invoice for both, and leads back to the use", async ({
  signedIn,
  person,
  sql,
}) => {
  test.setTimeout(180_000);
  await subscribe(signedIn, "Starter");

  await test.step("beyond the credits nothing is permitted until the owner sets a cap", async () => {
    await allowOverage(signedIn, 20_000);
  });

  await test.step("allowance and gifts first, then overage", async () => {
    const key = await newApiKey(signedIn);
    await reportUse(key, 355_000);
    const { balance: left, over_limit: isOver } = await reportUse(key, 12_345);
    expect({ ...left, isOver }).toMatchObject({ available: 0, overage_used: 12_345, isOver: false });
    await signedIn.goto("/billing");
    // 12,345 credits at $0.10 per 1,000.
    await expect(signedIn.getByText("$1.23").first()).toBeVisible();
    await expect(signedIn.getByText("12,345").first()).toBeVisible();
  });

  await test.step("the renewal's invoice has the next month and what was used", async () => {
    const [row] = await sql<Array<{ period_end_at: Date }>>`
      select period_end_at from public.subscriptions where account_id = ${person.accountId}`;
    if (!row) throw new Error("There is no subscription.");
    await passTo(row.period_end_at);
    await passHours(2);
    await eventually(signedIn, "/billing/invoices", async () => {
      await expect(signedIn.getByRole("row").filter({ hasText: "$30.23" }).filter({ hasText: /paid/i })).toHaveCount(
        1,
        {
          timeout: 2_000,
        },
      );
    });
    await expect(balance(signedIn)).toHaveText(/^35[05],000 credits$/);
  });

  await test.step("the line of the use leads to the use", async () => {
    await signedIn.getByRole("row").filter({ hasText: "$30.23" }).getByRole("link").first().click();
    await expect(signedIn.getByText(/12,345/).first()).toBeVisible();
    await expect(signedIn.getByText("$1.23").first()).toBeVisible();
    await expect(signedIn.getByText(/import/).first()).toBeVisible();
  });
});
