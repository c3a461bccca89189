import { passHours, passTo } from "../../clock";
import { balance, expect, test } from "../../fixtures";
import { eventually, previewChange, subscribe } from "../../plans";

async function periodEnd(sql: import("postgres").Sql, account: string): Promise<Date> {
  const [row] = await sql<Array<{ period_end_at: Date }>>`
    select period_end_at from public.subscriptions where account_id = ${account} and is_mirrored`;
  if (!row) throw new Error("There is no subscription.");
  return row.period_end_at;
}

test("a change planned for the period's end can be taken back; asked for again, it comes then and not before", async ({
  signedIn,
  person,
  sql,
}) => {
  test.setTimeout(180_000);
  await subscribe(signedIn, "Starter");

  await test.step("yearly from the next renewal, and back", async () => {
    await previewChange(signedIn, "Starter", "yearly");
    await signedIn.getByRole("button", { name: /^Change on / }).click();
    await expect(signedIn.getByRole("heading", { name: /you change to Starter, paid yearly/ })).toBeVisible();
    await signedIn.getByRole("button", { name: /^Keep / }).click();
    await expect(signedIn.getByText(/^You keep /).first()).toBeVisible();
  });

  await test.step("a smaller plan, which keeps what is paid until it ends", async () => {
    await previewChange(signedIn, "Pay as you go");
    await expect(signedIn.getByText("What you lose")).toBeVisible();
    await signedIn.getByRole("button", { name: /^Change on / }).click();
    await expect(signedIn.getByRole("heading", { name: /you change to Pay as you go/ })).toBeVisible();
    await expect(balance(signedIn)).toHaveText("355,000 credits");
  });

  await passTo(await periodEnd(sql, person.accountId));
  await passHours(2);
  await eventually(signedIn, "/billing", async () => {
    await expect(signedIn.getByText("Pay as you go").first()).toBeVisible({ timeout: 2_000 });
    await expect(signedIn.getByText("355,000 credits")).toHaveCount(0);
    await expect(signedIn.getByRole("row").filter({ hasText: "$29.00" })).toHaveCount(1, { timeout: 2_000 });
  });
});

test("canceling keeps the plan to its end, resuming keeps it beyond, and canceled it ends by itself", async ({
  signedIn,
  person,
  sql,
}) => {
  test.setTimeout(180_000);
  await subscribe(signedIn, "Starter");
  await signedIn.goto("/billing/cancel");
  await signedIn.getByRole("button", { name: "Cancel my plan" }).click();
  await expect(signedIn.getByRole("heading", { name: /canceled and ends on/ })).toBeVisible();
  await expect(balance(signedIn)).toHaveText("355,000 credits");
  await signedIn.getByRole("button", { name: "Resume my plan" }).click();
  await expect(signedIn.getByText("Your plan is resumed").first()).toBeVisible();

  await passTo(await periodEnd(sql, person.accountId));
  await passHours(2);
  await eventually(signedIn, "/billing", async () => {
    await expect(signedIn.getByRole("row").filter({ hasText: "$29.00" })).toHaveCount(2, { timeout: 2_000 });
  });

  await signedIn.goto("/billing/cancel");
  await signedIn.getByRole("button", { name: "Cancel my plan" }).click();
  await expect(signedIn.getByRole("heading", { name: /canceled and ends on/ })).toBeVisible();
  await passTo(await periodEnd(sql, person.accountId));
  await passHours(2);
  await eventually(signedIn, "/billing", async () => {
    await expect(signedIn.getByRole("link", { name: "Choose a plan" })).toBeVisible({ timeout: 2_000 });
  });
  await expect(balance(signedIn)).toHaveText("5,000 credits");
});
