import { passDays, passHours, passTo } from "../../clock";
import { balance, expect, setting, test } from "../../fixtures";
import { mailsTo, mailTo } from "../../mailbox";
import { cards, payWith } from "../../payment";
import { eventually, subscribe } from "../../plans";

const atStripe = (endOfRetries: "past_due" | "canceled") =>
  fetch(`${setting("STRIPE_API_BASE")}/_double/settings`, { method: "POST", body: JSON.stringify({ endOfRetries }) });

test.afterEach(() => atStripe("canceled"));

test("unpaid for 14 days: a banner, a mail, the Free plan, a stop; paid, what was paid for is back", async ({
  signedIn,
  person,
  sql,
}) => {
  test.setTimeout(240_000);
  await atStripe("past_due");
  await subscribe(signedIn, "Starter", { card: cards.declinedOnRenewal });
  const [row] = await sql<Array<{ period_end_at: Date }>>`
    select period_end_at from public.subscriptions where account_id = ${person.accountId} and is_mirrored`;
  if (!row) throw new Error("There is no subscription.");

  await test.step("the first day: the plan goes on, and the page asks for the payment", async () => {
    await passTo(row.period_end_at);
    await passHours(2);
    await eventually(signedIn, "/billing", async () => {
      await expect(signedIn.getByRole("link", { name: "Pay now" }).first()).toBeVisible({ timeout: 2_000 });
    });
    await mailTo(person.email, /did not go through/);
  });

  await test.step("after 3 days: told that the plan is at stake", async () => {
    await passDays(3);
    await mailTo(person.email, /to keep your Starter plan/);
  });

  await test.step("after 7 days: the Free plan", async () => {
    await passDays(4);
    await mailTo(person.email, /Starter plan is paused/);
    await signedIn.goto("/billing");
    await expect(signedIn.getByText(/Free plan until it is paid/).first()).toBeVisible();
  });

  await test.step("after 14 days: nothing can be spent, and nothing is lost", async () => {
    await passDays(7);
    await mailTo(person.email, /suspended until \$29\.00 is paid/);
    await signedIn.goto("/billing");
    await expect(signedIn.getByRole("link", { name: "Pay the invoice" }).first()).toBeVisible();
  });

  await test.step("each stage was told once", async () => {
    const subjects = (await mailsTo(person.email)).map(({ subject }) => subject);
    for (const words of [/did not go through/, /to keep your Starter plan/, /Starter plan is paused/, /suspended/])
      expect(subjects.filter((subject) => words.test(subject))).toHaveLength(1);
  });

  await test.step("paid: the month that was paid for is there", async () => {
    await signedIn.getByRole("link", { name: "Pay the invoice" }).first().click();
    await payWith(signedIn, cards.works);
    await mailTo(person.email, /everything is paid/);
    await eventually(signedIn, "/billing", async () => {
      await expect(balance(signedIn)).toHaveText(/^35\d,000 credits$/, { timeout: 2_000 });
    });
  });
});
