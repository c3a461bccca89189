import { passDays } from "../../clock";
import { balance, expect, test } from "../../fixtures";
import { mailTo } from "../../mailbox";
import { eventually, subscribe } from "../../plans";

test("a trial of Pro is announced twice before it ends, and then is the plan", async ({ signedIn, person }) => {
  test.setTimeout(180_000);
  await subscribe(signedIn, "Pro");
  await eventually(signedIn, "/billing", async () => {
    await expect(balance(signedIn)).toHaveText("55,000 credits", { timeout: 2_000 });
  });
  await passDays(8);
  const first = await mailTo(person.email, /trial/i);
  expect(first.text).toContain("$99.00");
  await passDays(5.5);
  await mailTo(person.email, /tomorrow|1 day|ends on/i);
  await passDays(1);
  await eventually(signedIn, "/billing", async () => {
    await expect(signedIn.getByRole("row").filter({ hasText: "$99.00" }).filter({ hasText: /paid/i })).toHaveCount(1, {
      timeout: 2_000,
    });
    await expect(balance(signedIn)).toHaveText(/^1,40[05],000 credits$/, { timeout: 2_000 });
  });
});
