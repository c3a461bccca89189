import { passHours, passTo } from "../../clock";
import { expect, test } from "../../fixtures";
import { eventually, subscribe } from "../../plans";
import { newApiKey, reportUse } from "../../spending";

test("pay as you go: trusted a little, billed, paid, and trusted with more", async ({ signedIn, person, sql }) => {
  test.setTimeout(180_000);
  await subscribe(signedIn, "Pay as you go");
  const key = await newApiKey(signedIn);

  await test.step("the trust cap stops it, and says what to do", async () => {
    // 5,000 free credits, then 200,000 on trust.
    await reportUse(key, 205_000);
    await signedIn.goto("/assistant");
    await signedIn.getByLabel("Your question").fill("Is there anything left?");
    await signedIn.getByLabel("Your question").press("Enter");
    await expect(signedIn.getByText(/200,000/).first()).toBeVisible({ timeout: 20_000 });
    await expect(signedIn.getByRole("link", { name: /buy credits|add credits/i }).first()).toBeVisible();
  });

  await test.step("the month's invoice bills it", async () => {
    const [row] = await sql<Array<{ period_end_at: Date }>>`
      select period_end_at from public.subscriptions where account_id = ${person.accountId} and is_mirrored`;
    if (!row) throw new Error("There is no subscription.");
    await passTo(row.period_end_at);
    await passHours(2);
    await eventually(signedIn, "/billing/invoices", async () => {
      // 200,000 credits at $0.12 per 1,000.
      await expect(signedIn.getByRole("row").filter({ hasText: "$24.00" }).filter({ hasText: /paid/i })).toHaveCount(
        1,
        {
          timeout: 2_000,
        },
      );
    });
  });

  await test.step("after the first paid invoice the trust cap is gone", async () => {
    const { over_limit: isOver, balance } = await reportUse(key, 300_000);
    expect(isOver).toBe(false);
    expect(balance.overage_used).toBeGreaterThan(200_000);
  });
});
