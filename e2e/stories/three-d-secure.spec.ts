import { balance, expect, test } from "../fixtures";
import { cards, payWith } from "../payment";
import { choosePlan } from "../plans";

test("the bank asks at checkout, is answered, and the plan begins", async ({ signedIn }) => {
  await choosePlan(signedIn, "Starter");
  await payWith(signedIn, cards.asksTheBank);
  await expect(signedIn.getByRole("heading", { name: "Confirm it is you" })).toBeVisible();
  await signedIn.getByRole("button", { name: "Complete authentication" }).click();
  await expect(signedIn.getByRole("heading", { name: "You are on Starter" })).toBeVisible({ timeout: 30_000 });
  await expect(balance(signedIn)).toHaveText("355,000 credits");
});

test("the bank is answered with no, and another card begins the plan", async ({ signedIn }) => {
  await choosePlan(signedIn, "Starter");
  await payWith(signedIn, cards.asksTheBank);
  await signedIn.getByRole("button", { name: "Fail authentication" }).click();
  await expect(signedIn.getByRole("alert")).toBeVisible();
  await payWith(signedIn, cards.works);
  await expect(signedIn.getByRole("heading", { name: "You are on Starter" })).toBeVisible({ timeout: 30_000 });
  await expect(balance(signedIn)).toHaveText("355,000 credits");
});
