import { balance, expect, test } from "../fixtures";
import { mailTo } from "../mailbox";
import { cards, payWith } from "../payment";
import { eventually, previewChange, subscribe } from "../plans";

test("an upgrade charges what its preview showed, to the cent, and brings its credits", async ({
  signedIn,
  person,
}) => {
  test.setTimeout(90_000);
  await subscribe(signedIn, "Starter");
  await previewChange(signedIn, "Pro");
  const confirm = signedIn.getByRole("button", { name: /^Pay \$[\d.,]+ and change$/ });
  const due = /\$[\d.,]+/.exec((await confirm.textContent()) ?? "")?.[0] ?? "no sum";
  await confirm.dblclick();
  await expect(signedIn.getByRole("heading", { name: "You are on Pro" })).toBeVisible({ timeout: 30_000 });

  await eventually(signedIn, "/billing", async () => {
    await expect(signedIn.getByRole("row").filter({ hasText: due }).filter({ hasText: /paid/i })).toHaveCount(1, {
      timeout: 2_000,
    });
    // 350,000 + 5,000 free, and nearly all of the 1,050,000 that Pro has more: the period has only begun.
    await expect(balance(signedIn)).toHaveText(/^1,40[45],\d{3} credits$/, { timeout: 2_000 });
  });
  await mailTo(person.email, /Pro/);
});

test("an upgrade whose payment is declined leaves the old plan, and says where to pay", async ({
  signedIn,
  sql,
  person,
}) => {
  test.setTimeout(90_000);
  await subscribe(signedIn, "Starter", { card: cards.declinedOnRenewal });
  await previewChange(signedIn, "Pro");
  await signedIn.getByRole("button", { name: /^Pay / }).click();
  await expect(signedIn.getByText(/Finish the payment|One step is left/).first()).toBeVisible({ timeout: 30_000 });
  await signedIn.goto("/billing");
  await expect(signedIn.getByText("$29.00 a month")).toBeVisible();
  await expect(balance(signedIn)).toHaveText("355,000 credits");

  await signedIn.getByRole("link", { name: "Finish the payment" }).first().click();
  await payWith(signedIn, cards.works);
  await eventually(signedIn, "/billing", async () => {
    await expect(signedIn.getByText("$99.00 a month")).toBeVisible({ timeout: 2_000 });
  });
  const live = await sql`
    select count(*)::int as count from public.subscriptions where account_id = ${person.accountId} and status = 'active'`;
  expect(live[0]?.count).toBe(1);
});
