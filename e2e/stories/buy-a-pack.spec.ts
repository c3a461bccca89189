import { randomUUID } from "node:crypto";
import { balance, expect, setting, test } from "../fixtures";
import { linkIn, mailTo } from "../mailbox";
import { atCheckout, cards, payWith } from "../payment";
import { newApiKey } from "../spending";

test("somebody signs up, buys credits, spends them until they are low, and tops up", async ({ page }) => {
  test.setTimeout(120_000);
  const email = `${randomUUID()}@example.test`;

  await test.step("sign up and confirm the address by mail", async () => {
    await page.goto("/");
    await page
      .getByRole("link", { name: /start|sign up|try/i })
      .first()
      .click();
    await page.waitForURL("**/sign-up**");
    await page.getByLabel("Name").fill("Nora New");
    await page.getByLabel("Email address").fill(email);
    await page.getByLabel("Password", { exact: true }).fill("a long enough sentence");
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByText(email)).toBeVisible();
    await page.goto(linkIn(await mailTo(email, /confirm/i), "/auth/confirm"));
    await page.getByRole("main").getByRole("button").first().click();
    await page.waitForURL("**/assistant");
    await expect(balance(page)).toHaveText("5,000 credits");
  });

  await test.step("buy a pack with a test card", async () => {
    await page.goto("/credits");
    await page.getByRole("button", { name: "Buy 50,000 credits for $6" }).click();
    await atCheckout(page);
    await payWith(page, cards.works);
    await expect(page.getByRole("heading", { name: "50,000 credits are yours" })).toBeVisible({ timeout: 30_000 });
    await expect(balance(page)).toHaveText("55,000 credits");
    await mailTo(email, /receipt|50,000/i);
  });

  await test.step("spend most of them through the metering API", async () => {
    const key = await newApiKey(page);
    const answer = await fetch(`${setting("APP_URL")}/api/usage`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({
        events: [
          {
            key: randomUUID(),
            model: "large-1",
            feature: "import",
            input_tokens: 0,
            cached_input_tokens: 0,
            output_tokens: 219_990,
            reasoning_tokens: 0,
            occurred_at: new Date().toISOString(),
          },
        ],
      }),
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ accepted: 1, over_limit: false });
  });

  await test.step("ask until the banner and the mail say that credits are low", async () => {
    await page.goto("/assistant");
    await expect(balance(page)).toHaveText("11,002 credits");
    await page.getByLabel("Your question").fill("Why do prepaid credits suit an AI product?");
    await page.getByRole("button", { name: "Send" }).click();
    await expect(page.getByRole("article", { name: "Answer" })).toContainText(/\d+ credits?$/, { timeout: 30_000 });
    await expect(balance(page)).not.toHaveText("11,002 credits");
    await page.reload();
    await expect(page.getByText(/You have 10,\d{3} credits left/)).toBeVisible();
    await mailTo(email, /credits/i);
  });

  await test.step("top up from the banner", async () => {
    await page.getByRole("main").getByRole("link", { name: "Add credits" }).first().click();
    await page.getByRole("button", { name: "Buy 200,000 credits for $22" }).click();
    await atCheckout(page);
    await payWith(page, cards.works);
    await expect(page.getByRole("heading", { name: "200,000 credits are yours" })).toBeVisible({ timeout: 30_000 });
    await expect(page.getByText(/credits left/)).toHaveCount(0);
  });
});
