import { balance, expect, setting, test } from "../fixtures";
import { runJobs } from "../mailbox";
import { atCheckout, cards, payWith } from "../payment";

const DAY = 24 * 60 * 60;

/** Moves the one clock of the stack; everything that falls due on the way happens in its order. */
async function passDays(days: number): Promise<void> {
  const answer = await fetch(`${setting("STRIPE_API_BASE")}/_double/clock`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ advanceSeconds: days * DAY }),
  });
  if (!answer.ok) throw new Error(`The clock answered ${answer.status}: ${await answer.text()}`);
}

test("35 days across a renewal, with a session open, end in one new allowance", async ({ signedIn, person, sql }) => {
  test.setTimeout(120_000);
  await signedIn.goto("/billing");
  await signedIn.getByRole("button", { name: "Choose Starter" }).click();
  await atCheckout(signedIn);
  await payWith(signedIn, cards.works);
  await expect(signedIn.getByRole("heading", { name: "You are on Starter" })).toBeVisible({ timeout: 30_000 });

  await passDays(35);
  await runJobs();
  await signedIn.goto("/assistant");
  await expect(async () => {
    await runJobs();
    await signedIn.reload();
    await expect(balance(signedIn)).toHaveText("350,000 credits", { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  const paid =
    await sql`select count(*)::int as count from public.invoices where account_id = ${person.accountId} and status = 'paid'`;
  expect(paid[0]?.count).toBe(2);

  await signedIn.getByLabel("Your question").fill("Still here after 35 days?");
  await signedIn.getByLabel("Your question").press("Enter");
  await expect(signedIn.getByRole("article", { name: "Answer" })).toContainText(/\d+ credits?$/, { timeout: 30_000 });
});
