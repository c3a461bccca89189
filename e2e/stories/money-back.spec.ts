import { expect, test } from "../fixtures";
import { mailTo } from "../mailbox";
import { buyPack, showsCredits } from "../packs";
import { newApiKey, reportUse } from "../spending";
import { actAtStripe } from "../stripe-dashboard";

test("refunded in Stripe after more was spent: the rest is owed, said plainly, and settled by the next pack", async ({
  signedIn,
  person,
  sql,
}) => {
  test.setTimeout(120_000);
  const payment = await buyPack(signedIn, sql, person.accountId);
  await reportUse(await newApiKey(signedIn), 30_000);
  await showsCredits(signedIn, "25,000");

  await test.step("the whole pack is refunded: what is left goes, what was used is owed", async () => {
    await actAtStripe("refund", { payment_intent: payment });
    await showsCredits(signedIn, "0");
    await expect(signedIn.getByText("You owe 25,000 credits").first()).toBeVisible();
    await mailTo(person.email, /refund|back/i);
  });

  await test.step("nothing can be asked, and the way out is named", async () => {
    await signedIn.goto("/assistant");
    await signedIn.getByLabel("Your question").fill("Can I ask this?");
    await expect(signedIn.getByRole("button", { name: "Send" })).toBeDisabled();
    await expect(signedIn.getByRole("link", { name: "Add credits" }).first()).toBeVisible();
    await expect(signedIn.getByLabel("Your question")).toHaveValue("Can I ask this?");
  });

  await test.step("the next pack repays it first", async () => {
    await buyPack(signedIn, sql, person.accountId);
    await showsCredits(signedIn, "25,000");
    await expect(signedIn.getByText(/You owe/)).toHaveCount(0);
  });
});

test("a disputed payment holds its credits, and a dispute that is won gives back exactly those", async ({
  signedIn,
  person,
  sql,
}) => {
  test.setTimeout(120_000);
  const payment = await buyPack(signedIn, sql, person.accountId);
  await reportUse(await newApiKey(signedIn), 15_000);
  const { id: dispute } = await actAtStripe("dispute", { payment_intent: payment, reason: "product_not_received" });
  await showsCredits(signedIn, "0");
  await expect(signedIn.getByText("You owe 10,000 credits").first()).toBeVisible();

  await expect(actAtStripe("refund", { payment_intent: payment })).rejects.toThrow(/disputed|charged.back/i);
  await actAtStripe("close-dispute", { dispute, outcome: "won" });
  await showsCredits(signedIn, "40,000");
  await expect(signedIn.getByText(/You owe/)).toHaveCount(0);
});
