import { passHours } from "../../clock";
import { balance, expect, test } from "../../fixtures";
import { cards, payWith } from "../../payment";
import { choosePlan, eventually, subscribe } from "../../plans";

test("the bank asks at checkout and is never answered: nothing is charged, and a day later all is open again", async ({
  signedIn,
  person,
  sql,
}) => {
  test.setTimeout(120_000);
  await choosePlan(signedIn, "Starter");
  await payWith(signedIn, cards.asksTheBank);
  await expect(signedIn.getByRole("heading", { name: "Confirm it is you" })).toBeVisible();

  await eventually(signedIn, "/billing", async () => {
    await expect(signedIn.getByRole("link", { name: "Finish the payment" }).first()).toBeVisible({ timeout: 2_000 });
  });
  await expect(balance(signedIn)).toHaveText("5,000 credits");

  await passHours(25);
  await eventually(signedIn, "/billing", async () => {
    await expect(signedIn.getByRole("link", { name: "Choose a plan" })).toBeVisible({ timeout: 2_000 });
  });
  const paid = await sql`
    select count(*)::int as count from public.invoices where account_id = ${person.accountId} and status = 'paid'`;
  expect(paid[0]?.count).toBe(0);
  await subscribe(signedIn, "Starter");
});
