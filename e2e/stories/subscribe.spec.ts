import { balance, expect, test } from "../fixtures";
import { mailTo, runJobs } from "../mailbox";
import { atCheckout, cards, payWith } from "../payment";
import { subscribe } from "../plans";

test("subscribing to Starter brings its allowance, and the invoice stands under Billing", async ({
  signedIn,
  person,
}) => {
  await subscribe(signedIn, "Starter");
  await expect(balance(signedIn)).toHaveText("355,000 credits");

  await signedIn.goto("/billing");
  await expect(signedIn.getByText("$29.00 a month")).toBeVisible();
  await expect(signedIn.getByText(/you will be charged \$29\.00/)).toBeVisible();
  await expect(signedIn.getByRole("row").filter({ hasText: "$29.00" })).toBeVisible();
  await mailTo(person.email, /Starter/);
});

test("two tabs end in one subscription", async ({ signedIn, context, person, sql }) => {
  const second = await context.newPage();
  await signedIn.goto("/billing/plan");
  await second.goto("/billing/plan");
  await signedIn.getByRole("button", { name: "Choose Starter" }).click();
  await second.getByRole("button", { name: "Choose Starter" }).click();
  await atCheckout(signedIn);
  await atCheckout(second);
  await payWith(signedIn, cards.works);
  await expect(signedIn.getByRole("heading", { name: "You are on Starter" })).toBeVisible({ timeout: 30_000 });

  await second.reload();
  if (await second.getByLabel("Card number").isVisible()) await payWith(second, cards.works);
  await runJobs();
  const live = await sql`
    select count(*)::int as count from public.subscriptions where account_id = ${person.accountId} and status = 'active'`;
  expect(live[0]?.count).toBe(1);
  await second.goto("/assistant");
  await expect(balance(second)).toHaveText("355,000 credits");
});

test("a subscribed account that asks for a plan again is told why not", async ({ signedIn }) => {
  await subscribe(signedIn, "Starter");
  const answer = await signedIn.request.post("/api/checkout", {
    data: { plan: "pro", interval: "monthly" },
    headers: { origin: new URL(signedIn.url()).origin },
  });
  expect(answer.status()).toBe(409);
  expect(await answer.json()).toMatchObject({ message: expect.stringMatching(/\w+ \w+/) });
});
