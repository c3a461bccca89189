import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { findRunning } from "../../local/running.ts";
import { readSettings } from "../../local/settings.ts";
import { getBrowser } from "../browser";

// Draws the pictures of the README, and of every page about money in both themes and two widths, from the stack that
// runs, best a fresh one: npm run local -- reset, npm run dev, then in another window npx tsx e2e/proofs/screenshots.ts
const PERSONA = { email: "enterprise@ledgerline.test", password: "ledgerline", account: "Northwind" };
const SUBSCRIBER = { email: "starter@ledgerline.test", password: "ledgerline" };
const QUESTIONS = [
  "Compare charging per seat with charging per use for an AI product",
  "Plan the launch of a small SaaS in 30 days, week by week",
  "Write a short, friendly email that tells customers our prices change on 1 March",
];
const NEXT_QUESTION = "Now the same for customers who pay by the year";
const FOLDER = "public/screenshots";
const SIZE = { width: 1280, height: 800 };
/** Not kept: to be looked at. */
const LOOK_FOLDER = "test-results/screenshots";
const WIDTHS = [1280, 390];
const MONEY_PAGES = [
  "/pricing",
  "/billing",
  "/billing/plan",
  "/billing/plan?interval=yearly",
  "/billing/plan/change?plan=pro&interval=monthly",
  "/billing/plan/change?plan=payg&interval=monthly",
  "/billing/cancel",
  "/billing/invoices",
  "/credits",
  "/usage",
];

const running = findRunning(readSettings().data);
if (!running) throw new Error("Nothing runs. Start it in another window with: npm run dev");
const { executablePath, libraries } = await getBrowser();
const browser = await chromium.launch({
  ...(executablePath && { executablePath }),
  ...(libraries && { env: { ...process.env, LD_LIBRARY_PATH: libraries } }),
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});

try {
  const page = await browser.newPage({ viewport: SIZE, baseURL: running.appUrl, reducedMotion: "reduce" });
  page.setDefaultTimeout(60_000);
  await signIn(page, PERSONA);
  await page
    .getByRole("button", { name: /Switch account/ })
    .first()
    .click();
  await page.getByRole("menuitemradio", { name: PERSONA.account }).click();
  await page
    .getByRole("button", { name: `Account: ${PERSONA.account}.` })
    .first()
    .waitFor();

  const composer = page.getByRole("textbox", { name: "Your question" });
  for (const question of QUESTIONS) {
    await page
      .getByRole("link", { name: "New conversation" })
      .or(page.getByRole("button", { name: "New conversation" }))
      .first()
      .click();
    await page.getByRole("article").first().waitFor({ state: "detached" });
    await composer.fill(question);
    await composer.press("Enter");
    await page
      .getByRole("article", { name: "Answer" })
      .getByText(/· \d+ credits?$/)
      .waitFor();
  }
  await composer.fill(NEXT_QUESTION);
  await page.getByText(/^About .* credits/).waitFor();
  await page.mouse.move(SIZE.width - 1, 1);
  await hideTools(page);
  mkdirSync(FOLDER, { recursive: true });
  mkdirSync(LOOK_FOLDER, { recursive: true });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const path = join(FOLDER, `assistant-${colorScheme}.png`);
    await page.screenshot({ path, animations: "disabled", caret: "hide" });
    shrink(path);
    console.log(`${path}  ${Math.round(statSync(path).size / 1024)} KB`);
  }

  await page.context().clearCookies();
  await signIn(page, SUBSCRIBER);
  for (const path of MONEY_PAGES) await lookAt(page, path);
  await page.goto("/billing/invoices");
  await page.getByRole("table").getByRole("link").first().click();
  await page.waitForURL("**/billing/invoices/in_*");
  await lookAt(page, new URL(page.url()).pathname, "billing-invoice");
} finally {
  await browser.close();
}

async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL("**/assistant");
}

/** Puts away what only a developer sees. */
async function hideTools(page: Page): Promise<void> {
  await page.addStyleTag({ content: "nextjs-portal { display: none }" });
  await page.evaluate(() => document.querySelector("[data-time-machine]")?.remove());
}

/** One whole page in both themes and widths. @throws Error if it is wider than the screen */
async function lookAt(page: Page, path: string, name = path.slice(1).replace(/\W+/g, "-")): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: SIZE.height });
    await page.goto(path);
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await page.locator("main [aria-busy=true]").first().waitFor({ state: "detached" });
    await page.waitForLoadState("networkidle");
    await hideTools(page);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (over > 0) throw new Error(`${path} is ${over} pixels wider than a screen of ${width}.`);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const file = join(LOOK_FOLDER, `${name}-${width}-${colorScheme}.png`);
      await page.screenshot({ path: file, fullPage: true, animations: "disabled", caret: "hide" });
      console.log(file);
    }
  }
}

/** Fewer colors make a third of the size, where pngquant is installed. */
function shrink(path: string): void {
  const isInstalled = spawnSync("pngquant", ["--version"]).status === 0;
  if (isInstalled && existsSync(path)) execFileSync("pngquant", ["--force", "--strip", "--output", path, "128", path]);
}
