import { balance, expect, test } from "../fixtures";

const question = "Write three paragraphs about pricing an AI product by use.";

test("an answer streams, names what it cost, and the balance follows", async ({ signedIn }) => {
  await signedIn.getByLabel("Your question").fill(question);
  await expect(signedIn.getByText(/^About [\d,]+–[\d,]+ credits/)).toBeVisible();
  await signedIn.getByLabel("Your question").press("Enter");
  const answer = signedIn.getByRole("article", { name: "Answer" });
  await expect(answer).toContainText(/small-1 · [\d,]+ tokens · \d+ credits?$/, { timeout: 30_000 });
  const spent = Number(/· (\d+) credits?$/.exec((await answer.textContent()) ?? "")?.[1]);
  await expect(balance(signedIn)).toHaveText(`${(5000 - spent).toLocaleString("en")} credits`);
  await signedIn.reload();
  await expect(balance(signedIn)).toHaveText(`${(5000 - spent).toLocaleString("en")} credits`);
  await expect(signedIn.getByRole("article", { name: "Your question" })).toHaveText(question);
});

test("stopping bills what was made and says so", async ({ signedIn, sql, person }) => {
  await signedIn.getByLabel("Your question").fill(question);
  await signedIn.getByLabel("Your question").press("Enter");
  await expect(signedIn.getByRole("article", { name: "Answer" })).toContainText(/\w{3,} \w/);
  await signedIn.getByRole("button", { name: "Stop" }).click();
  await expect(signedIn.getByRole("article", { name: "Answer" })).toContainText("stopped", { timeout: 20_000 });
  await expect
    .poll(async () => {
      const open = await sql`
        select count(*)::int as count from public.credit_reservations where account_id = ${person.accountId} and closed_at is null`;
      return open[0]?.count;
    })
    .toBe(0);
});

test("a provider's outage is said plainly, charges nothing, and can be tried again", async ({ signedIn }) => {
  await signedIn.getByLabel("Your question").fill("/outage");
  await signedIn.getByLabel("Your question").press("Enter");
  await expect(signedIn.getByText(/nothing was charged/i)).toBeVisible({ timeout: 20_000 });
  await expect(signedIn.getByRole("button", { name: /try again|retry/i })).toBeVisible();
  await expect(balance(signedIn)).toHaveText("5,000 credits");
});

test("at zero nothing is sent to the model, and the composer offers the packs", async ({ signedIn, sql, person }) => {
  await expect(balance(signedIn)).toHaveText("5,000 credits");
  await sql`select public.deduct_credits(${person.accountId}, 'spent', 5000, 'story', now())`;
  await signedIn.reload();
  await expect(signedIn.getByText("You have no credits left").first()).toBeVisible();
  await signedIn.getByLabel("Your question").fill(question);
  await expect(signedIn.getByRole("button", { name: "Send" })).toBeDisabled();
  await expect(signedIn.getByRole("button", { name: /^50,000 for/ })).toBeVisible();
  const asked =
    await sql`select count(*)::int as count from public.usage_events where account_id = ${person.accountId} and model is not null`;
  expect(asked[0]?.count).toBe(0);
});

test("a conversation can be found again and deleted", async ({ signedIn }) => {
  await signedIn.getByLabel("Your question").fill("A question to forget");
  await signedIn.getByLabel("Your question").press("Enter");
  await expect(signedIn.getByRole("article", { name: "Answer" })).toContainText(/\d+ credits?$/, { timeout: 30_000 });
  await signedIn.goto("/assistant");
  await signedIn.getByRole("button", { name: 'Delete "A question to forget"' }).click();
  await signedIn.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(signedIn.getByRole("link", { name: "A question to forget" })).toHaveCount(0);
});
