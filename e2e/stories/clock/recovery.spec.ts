import { passDays, passHours, passTo } from "../../clock";
import { balance, expect, test } from "../../fixtures";
import { mailsTo, mailTo } from "../../mailbox";
import { cards, payWith } from "../../payment";
import { type Visitor, visitor } from "../../people";
import { eventually, subscribe } from "../../plans";

/** Pays what is owed with a card that works, from the banner, and waits for the plan's credits. */
async function payUp({ page, email }: Visitor, link: RegExp): Promise<void> {
  await page.goto("/billing");
  await page.getByRole("link", { name: link }).first().click();
  await payWith(page, cards.works);
  await mailTo(email, /everything is paid/);
  await eventually(page, "/billing", async () => {
    await expect(page.getByRole("link", { name: link })).toHaveCount(0, { timeout: 2_000 });
    await expect(balance(page)).toHaveText(/^35\d,000 credits$/, { timeout: 2_000 });
  });
}

const subjects = async ({ email }: Visitor) => (await mailsTo(email)).map(({ subject }) => subject);

test("paid on the first day, after 3 or after 7: the plan is whole again, and nothing more is threatened", async ({
  browser,
  sql,
}) => {
  test.setTimeout(360_000);
  const people = await Promise.all(["Prompt", "Warned", "Downgraded"].map((name) => visitor(browser, sql, name)));
  const [prompt, warned, downgraded] = people as [Visitor, Visitor, Visitor];
  for (const { page } of people) await subscribe(page, "Starter", { card: cards.declinedOnRenewal });
  const [row] = await sql<Array<{ last: Date }>>`
    select max(period_end_at) as last from public.subscriptions
    where account_id = any (${people.map(({ accountId }) => accountId)}) and is_mirrored`;
  if (!row) throw new Error("There are no subscriptions.");

  await test.step("the first day: nothing is lost yet, and paying is the end of it", async () => {
    await passTo(row.last);
    await passHours(2);
    await mailTo(prompt.email, /did not go through/);
    await payUp(prompt, /^Pay now$/);
  });

  await test.step("after 3 days: the warning is answered, and the whole month is there", async () => {
    await passDays(3);
    await mailTo(warned.email, /to keep your Starter plan/);
    await payUp(warned, /^Pay now$/);
  });

  await test.step("after 7 days: on the Free plan, and paid, on Starter again", async () => {
    await passDays(4);
    await mailTo(downgraded.email, /Starter plan is paused/);
    await payUp(downgraded, /^Pay the invoice$/);
    await downgraded.page.goto("/billing");
    await expect(downgraded.page.getByText("Starter", { exact: true }).first()).toBeVisible();
  });

  await test.step("a week later nobody was told of a stage they never reached", async () => {
    await passDays(7);
    expect((await subjects(prompt)).filter((subject) => /to keep your|paused|suspended/.test(subject))).toEqual([]);
    expect((await subjects(warned)).filter((subject) => /paused|suspended/.test(subject))).toEqual([]);
    expect((await subjects(downgraded)).filter((subject) => /suspended/.test(subject))).toEqual([]);
  });
  await Promise.all(people.map(({ page }) => page.context().close()));
});
