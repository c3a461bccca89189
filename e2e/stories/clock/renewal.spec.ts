import type { Page } from "@playwright/test";
import { passDays } from "../../clock";
import { balance, expect, setting, test } from "../../fixtures";
import { startInstance } from "../../instance";
import { runJobs } from "../../mailbox";
import { subscribe } from "../../plans";

const SECOND_PORT = Number(setting("PORT")) + 1;

// The clock is one for the whole stack: here one story is told after the other.
test.describe.configure({ mode: "default" });

test("35 days across a renewal, with a session open, end in one new allowance", async ({ signedIn, person, sql }) => {
  test.setTimeout(120_000);
  await subscribe(signedIn, "Starter");

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

/** Asks and waits for the answer's price, in credits. */
async function ask(page: Page, question: string): Promise<number> {
  const answers = page.getByRole("article", { name: "Answer" });
  const answer = answers.nth(await answers.count());
  await page.getByRole("textbox", { name: "Your question" }).fill(question);
  await page.getByRole("textbox", { name: "Your question" }).press("Enter");
  await expect(answer).toContainText(/tokens? · \d+ credits?$/, { timeout: 30_000 });
  return Number(/· (\d+) credits?$/.exec((await answer.textContent()) ?? "")?.[1]);
}

test("two instances whose clocks are 90 s apart spend from one truth", async ({ signedIn, person, sql }) => {
  test.setTimeout(120_000);
  await expect(balance(signedIn)).toHaveText("5,000 credits");
  const ahead = await startInstance({ port: SECOND_PORT, clockAheadSeconds: 90 });
  try {
    const other = await signedIn.context().newPage();
    await other.goto(`${ahead.url}/assistant`);
    const spent = [
      await ask(other, "First, by the clock that is ahead."),
      await ask(signedIn, "Second, by the clock that is behind."),
      await ask(other, "Third, ahead again."),
    ].reduce((sum, credits) => sum + credits, 0);

    const [row] = await sql`select total, reserved from public.credit_balances where account_id = ${person.accountId}`;
    expect({ total: Number(row?.total), reserved: Number(row?.reserved) }).toEqual({
      total: 5000 - spent,
      reserved: 0,
    });
    const entries = await sql<Array<{ in_order: boolean }>>`
      select recorded_at >= lag(recorded_at, 1, recorded_at) over (order by seq) as in_order
      from public.credit_entries where account_id = ${person.accountId}`;
    expect(entries.length).toBe(4);
    expect(entries.every((entry) => entry.in_order)).toBe(true);
  } finally {
    await ahead.kill();
  }
});

test("a server killed in the middle of an answer leaves no credits set aside", async ({ signedIn, person, sql }) => {
  test.setTimeout(120_000);
  await expect(balance(signedIn)).toHaveText("5,000 credits");
  const doomed = await startInstance({ port: SECOND_PORT, clockAheadSeconds: 0 });
  try {
    await signedIn.goto(`${doomed.url}/assistant`);
    await signedIn.getByLabel("Your question").fill("Tell me everything about prepaid credits.");
    await signedIn.getByLabel("Your question").press("Enter");
    await expect(signedIn.getByRole("article", { name: "Answer" })).toContainText(/\w{3,} \w/);
  } finally {
    await doomed.kill();
  }
  const reserved = async () => {
    const [row] = await sql`select reserved from public.credit_balances where account_id = ${person.accountId}`;
    return Number(row?.reserved);
  };
  expect(await reserved()).toBeGreaterThan(0);

  await passDays(1);
  await runJobs();
  expect(await reserved()).toBe(0);
  const [spent] = await sql`
    select coalesce(sum(settled_amount), 0)::int as credits, count(*) filter (where state = 'open')::int as open
    from public.credit_reservations where account_id = ${person.accountId}`;
  expect(spent?.open).toBe(0);
  await signedIn.goto(`${setting("APP_URL")}/assistant`);
  await expect(balance(signedIn)).toHaveText(`${(5000 - spent?.credits).toLocaleString("en")} credits`);
});
