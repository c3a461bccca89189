import { balance, expect, test } from "../fixtures";
import { runJobs } from "../mailbox";
import { atCheckout, cards, payWith } from "../payment";

test("a declined card is said plainly, keeps what was typed, and another card works", async ({ signedIn }) => {
  await signedIn.goto("/credits");
  await signedIn.getByRole("button", { name: "Buy 50,000 credits for $6" }).click();
  await atCheckout(signedIn);
  await payWith(signedIn, cards.declined);
  await expect(signedIn.getByRole("alert")).toContainText(/declined/i);
  await expect(signedIn.getByLabel("Name on card")).toHaveValue("Alex Example");
  await payWith(signedIn, cards.works);
  await expect(signedIn.getByRole("heading", { name: "50,000 credits are yours" })).toBeVisible({ timeout: 30_000 });
  await expect(balance(signedIn)).toHaveText("55,000 credits");
});

test("the tab is closed after paying, and the credits arrive all the same", async ({
  signedIn,
  context,
  person,
  sql,
}) => {
  await signedIn.goto("/credits");
  await signedIn.getByRole("button", { name: "Buy 50,000 credits for $6" }).click();
  await atCheckout(signedIn);
  await context.route("**/billing/success**", (route) => route.abort());
  await payWith(signedIn, cards.works);
  await expect
    .poll(
      async () => {
        await runJobs();
        const rows = await sql`select total from public.credit_balances where account_id = ${person.accountId}`;
        return Number(rows[0]?.total ?? 0);
      },
      { timeout: 30_000 },
    )
    .toBeGreaterThanOrEqual(50_000);
  await signedIn.close();

  const later = await context.newPage();
  await later.goto("/credits");
  await expect(balance(later)).toHaveText("55,000 credits");
});

test("going back from the checkout charges nothing and says so", async ({ signedIn }) => {
  await signedIn.goto("/credits");
  await signedIn.getByRole("button", { name: "Buy 50,000 credits for $6" }).click();
  await atCheckout(signedIn);
  await signedIn.getByRole("link", { name: /back/i }).click();
  await signedIn.waitForURL("**/billing/canceled**");
  await expect(signedIn.getByText(/nothing was charged/i)).toBeVisible();
});
