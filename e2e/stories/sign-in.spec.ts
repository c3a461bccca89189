import { randomUUID } from "node:crypto";
import { PASSWORD } from "../database/people";
import { expect, signIn, test } from "../fixtures";
import { linkIn, mailsTo, mailTo } from "../mailbox";

test("a wrong field is named beside it, and nothing typed is lost", async ({ page }) => {
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("Nora New");
  await page.getByLabel("Email address").fill("nora@example.test");
  await page.getByLabel("Password", { exact: true }).fill("short");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByLabel("Password", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByText(/at least 10 characters|10 characters or more/i).first()).toBeVisible();
  await expect(page.getByLabel("Name")).toHaveValue("Nora New");
  await expect(page.getByLabel("Email address")).toHaveValue("nora@example.test");
});

test("a wrong password and an unknown address get the same answer", async ({ page, person }) => {
  const answerTo = async (email: string) => {
    await page.goto("/sign-in");
    await page.getByLabel("Email address").fill(email);
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    const alert = page.getByRole("main").getByRole("alert").filter({ hasText: /\w/ });
    await expect(alert).toBeVisible();
    return alert.textContent();
  };
  expect(await answerTo(person.email)).toBe(await answerTo(`${randomUUID()}@example.test`));
});

test("a forgotten password is replaced by a mailed link, which works once", async ({ page, person }) => {
  await page.goto("/reset-password");
  await page.getByLabel("Email address").fill(person.email);
  await page.getByRole("main").getByRole("button").first().click();
  const link = linkIn(await mailTo(person.email, /password/i), "/auth/confirm");
  await page.goto(link);
  await page.getByRole("main").getByRole("button").first().click();
  await page.waitForURL("**/update-password");
  await page
    .getByLabel(/password/i)
    .first()
    .fill("an entirely new sentence");
  await page
    .getByRole("main")
    .getByRole("button", { name: /save|set|change/i })
    .click();
  await page.waitForURL("**/assistant");

  await page.context().clearCookies();
  await page.goto(link);
  await page.getByRole("main").getByRole("button").first().click();
  await expect(page.getByText(/expired, or was used already/)).toBeVisible();
  await signIn(page, person.email, "an entirely new sentence");
});

test("an unknown address that asks for a new password is told the same, and gets no mail", async ({ page, person }) => {
  const unknown = `${randomUUID()}@example.test`;
  const answerTo = async (email: string) => {
    await page.goto("/reset-password");
    await page.getByLabel("Email address").fill(email);
    await page.getByRole("main").getByRole("button").first().click();
    const answer = page.getByRole("status").filter({ hasText: email });
    await expect(answer).toBeVisible();
    return (await answer.textContent())?.replace(email, "");
  };
  expect(await answerTo(person.email)).toBe(await answerTo(unknown));
  await mailTo(person.email, /password/i);
  expect(await mailsTo(unknown)).toEqual([]);
});

test("a magic link signs in", async ({ page, person }) => {
  await page.goto("/sign-in?with=link");
  await page.getByLabel("Email address").fill(person.email);
  await page.getByRole("main").getByRole("button").first().click();
  await page.goto(linkIn(await mailTo(person.email, /sign/i), "/auth/confirm"));
  await page.getByRole("main").getByRole("button").first().click();
  await page.waitForURL("**/assistant");
});

test("whoever is signed out is asked to sign in and comes back to the page they wanted", async ({ page, person }) => {
  await page.goto("/usage");
  await page.waitForURL("**/sign-in?next=%2Fusage");
  await page.getByLabel("Email address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL("**/usage");
});

test("signing out closes every page behind it", async ({ signedIn }) => {
  await signedIn.goto("/settings");
  await signedIn.getByRole("button", { name: "Sign out" }).first().click();
  await signedIn.waitForURL("**/sign-in**");
  await signedIn.goto("/settings");
  await signedIn.waitForURL("**/sign-in**");
});
