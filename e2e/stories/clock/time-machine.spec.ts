import { expect, setting, test } from "../../fixtures";
import { mailsTo, mailTo } from "../../mailbox";
import { cards, payWith } from "../../payment";
import { eventually, subscribe } from "../../plans";

test.afterEach(async () => {
  const body = JSON.stringify({ duplicate: false, reorder: false, delaySeconds: 0 });
  await fetch(`${setting("STRIPE_API_BASE")}/_double/webhooks`, { method: "POST", body });
});

test("from the time machine: events come twice, the renewal fails, is told once, and paid is over", async ({
  signedIn,
  person,
}) => {
  test.setTimeout(180_000);
  await subscribe(signedIn, "Starter");
  await signedIn.goto("/billing");
  const machine = signedIn.getByRole("region", { name: "Time machine" });
  const fold = machine.getByRole("button", { name: "Time machine" });

  await test.step("go to the renewal, which fails", async () => {
    if ((await fold.getAttribute("aria-expanded")) === "false") await fold.click();
    await machine.getByRole("switch", { name: "Twice" }).click();
    await expect(machine.getByRole("switch", { name: "Twice" })).toBeChecked();
    await machine.getByRole("button", { name: "Next payment fails" }).click();
    await expect(machine.getByText(/next payment/i).first()).toBeVisible();
    await machine.getByRole("button", { name: "To the next renewal" }).click();
    await expect(machine.getByText(/could not be charged: \$29\.00/).first()).toBeVisible({ timeout: 90_000 });
    await fold.click();
  });

  await test.step("the page and one mail say so", async () => {
    await eventually(signedIn, "/billing", async () => {
      await expect(signedIn.getByRole("link", { name: "Pay now" }).first()).toBeVisible({ timeout: 2_000 });
    });
    await mailTo(person.email, /did not go through/);
    const told = (await mailsTo(person.email)).filter(({ subject }) => subject.includes("did not go through"));
    expect(told).toHaveLength(1);
  });

  await test.step("paid, everything is as before", async () => {
    await signedIn.getByRole("link", { name: "Pay now" }).first().click();
    await payWith(signedIn, cards.works);
    await eventually(signedIn, "/billing", async () => {
      await expect(signedIn.getByRole("link", { name: "Change plan" })).toBeVisible({ timeout: 2_000 });
      await expect(signedIn.getByRole("link", { name: "Pay now" })).toHaveCount(0);
    });
    await mailTo(person.email, /everything is paid/);
  });
});
