import type { Page } from "@playwright/test";
import { createPerson } from "../database/people";
import { expect, test } from "../fixtures";
import { mailTo } from "../mailbox";
import { buyPack, showsCredits } from "../packs";
import { founder, visitor } from "../people";
import { newApiKey, reportUse } from "../spending";

const openAccountMenu = (page: Page) =>
  page
    .getByRole("button", { name: /Switch account/ })
    .first()
    .click();

/** Finds an account by its owner's address, as somebody who reads it in a letter. */
async function findAccount(page: Page, email: string): Promise<void> {
  await page.goto("/assistant");
  await openAccountMenu(page);
  await page.getByRole("menuitem", { name: "Admin" }).click();
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  await page.getByRole("navigation", { name: "Admin" }).getByRole("link", { name: "Accounts" }).click();
  await page.getByRole("searchbox", { name: "Find an account" }).fill(email);
  await page.keyboard.press("Enter");
  const found = page.getByRole("table").getByRole("link");
  await expect(found).toHaveCount(1);
  await found.click();
  await expect(page.getByText("What it may do now")).toBeVisible();
}

test("a founder refunds the unspent half of a pack: credits, mail, invoice and audit say so", async ({
  browser,
  signedIn,
  person,
  sql,
}) => {
  test.setTimeout(150_000);
  await buyPack(signedIn, sql, person.accountId);
  await reportUse(await newApiKey(signedIn), 30_000);
  await showsCredits(signedIn, "25,000");
  const ada = await founder(browser, sql);

  await test.step("the founder finds the buyer, and sees the sum before it is sent", async () => {
    await findAccount(ada.page, person.email);
    await ada.page.getByRole("link", { name: "Refund…" }).click();
    await expect(ada.page.getByText("25,000 credits", { exact: true })).toBeVisible();
    await ada.page.getByRole("button", { name: "Refund $3.00" }).click();
    await expect(ada.page.getByText("Say why, in a few words")).toBeVisible();
    await expect(ada.page.getByLabel("Why")).toBeFocused();
    await ada.page.getByLabel("Why").fill("Changed their mind");
    await ada.page.getByRole("button", { name: "Refund $3.00" }).click();
    await expect(ada.page.getByText(/^Refunded a pack/).first()).toBeVisible({ timeout: 30_000 });
    await expect(ada.page.getByText("$3.00 back")).toBeVisible();
  });

  await test.step("the buyer has no credits and no debt, a mail, and an invoice that says so", async () => {
    await showsCredits(signedIn, "0");
    await expect(signedIn.getByText(/You owe/)).toHaveCount(0);
    const mail = await mailTo(person.email, /\$3\.00 is on its way back/);
    expect(mail.text).toContain("25,000");
    for (const path of ["/billing", "/billing/invoices"]) {
      await signedIn.goto(path);
      await expect(signedIn.getByRole("table").getByText("Partly refunded")).toBeVisible();
      await expect(signedIn.getByRole("table").getByText("$3.00 went back")).toBeVisible();
    }
  });

  await test.step("the audit says who did it, to whom, how much and why", async () => {
    await ada.page.goto("/admin/audit");
    const row = ada.page.getByRole("row").filter({ hasText: "Changed their mind" }).filter({ hasText: ada.email });
    await expect(row).toHaveCount(1);
    for (const text of ["Refunded a pack", "$3.00", "Done"]) await expect(row.getByText(text).first()).toBeVisible();
    await row.getByRole("link").click();
    await expect(ada.page).toHaveURL(new RegExp(`/admin/accounts/${person.accountId}$`));
  });
  await ada.page.context().close();
});

test("whoever is no founder has no way into the admin area, signed in or not", async ({ browser, sql, page }) => {
  const alex = await visitor(browser, sql);
  await openAccountMenu(alex.page);
  await expect(alex.page.getByRole("menuitemradio").first()).toBeVisible();
  await expect(alex.page.getByRole("menuitem", { name: "Admin" })).toHaveCount(0);
  const other = await createPerson(sql, { name: "Carol Customer" });
  const account = `/admin/accounts/${other.accountId}`;
  for (const path of [
    "/admin",
    "/admin/accounts",
    account,
    `${account}/act/gift?credits=5000`,
    "/admin/finance/export",
  ])
    for (const anyone of [alex.page, page]) {
      const answer = await anyone.goto(path);
      expect(answer?.status(), path).toBe(404);
      expect(await anyone.content(), path).not.toContain(other.email);
    }
  await alex.page.goto(account);
  await expect(alex.page.getByRole("heading", { name: "There is no page here" })).toBeVisible();
  await alex.page.context().close();
});
