import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures";
import { founder } from "../people";
import { subscribe } from "../plans";

const PUBLIC = ["/", "/pricing", "/legal/terms", "/legal/privacy", "/legal/refunds", "/nowhere"];
const ENTRANCE = ["/sign-in", "/sign-in?with=link", "/sign-up", "/reset-password", "/auth/confirm", "/unsubscribe"];
const SIGNED_IN = [
  "/assistant",
  "/summarize",
  "/usage",
  "/credits",
  "/billing",
  "/billing/success?session_id=cs_none",
  "/billing/canceled",
  "/settings",
  "/settings/notifications",
  "/settings/api-keys",
];

const SUBSCRIBED = [
  "/billing",
  "/billing/plan",
  "/billing/plan/change?plan=pro&interval=monthly",
  "/billing/plan/change?plan=starter&interval=yearly",
  "/billing/cancel",
  "/billing/invoices",
];

const ADMIN = [
  "/admin",
  "/admin/alerts",
  "/admin/accounts",
  "/admin/checks",
  "/admin/checks/invoices",
  "/admin/finance",
  "/admin/mail",
  "/admin/audit",
];
const OF_AN_ACCOUNT = ["", "/act/gift", "/act/gift?credits=500&days=30", "/act/hold"];

/** What axe finds on the page as it stands, in the light theme; in the dark one only colours can differ. */
async function faultsOf(page: Page): Promise<string[]> {
  const faults: string[] = [];
  for (const theme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    const axe = new AxeBuilder({ page }).setLegacyMode(); // no page of ours holds another site's frame
    const { violations } = await (theme === "dark"
      ? axe.withRules(["color-contrast", "link-in-text-block"])
      : axe
    ).analyze();
    for (const { id, nodes } of violations) faults.push(...nodes.map(({ target }) => `${theme}: ${id} at ${target}`));
  }
  return faults;
}

/** How far the page is wider than the screen, in CSS pixels. */
const overflowOf = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

async function expectNoFaults(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  expect.soft(await overflowOf(page), path).toBe(0);
  expect.soft(await faultsOf(page), path).toEqual([]);
}

test.describe.configure({ timeout: 150_000 });

for (const [width, height] of [
  [390, 844],
  [1280, 800],
] as const) {
  test.describe(`${width} px wide, in both themes`, () => {
    test.use({ viewport: { width, height } });

    test("axe finds nothing on a page that anybody sees, and none is wider than the screen", async ({ page }) => {
      for (const path of [...PUBLIC, ...ENTRANCE]) await expectNoFaults(page, path);
    });

    test("axe finds nothing on a signed-in page, and none is wider than the screen", async ({ signedIn }) => {
      for (const path of SIGNED_IN) await expectNoFaults(signedIn, path);
    });
  });
}

test.describe("390 px wide, as a founder", () => {
  test("axe finds nothing on the pages for admins, and none is wider than the screen", async ({ browser, sql }) => {
    const ada = await founder(browser, sql);
    await ada.page.setViewportSize({ width: 390, height: 844 });
    const account = `/admin/accounts/${ada.accountId}`;
    for (const path of [...ADMIN, ...OF_AN_ACCOUNT.map((part) => account + part)]) await expectNoFaults(ada.page, path);
    await ada.page.context().close();
  });
});

test.describe("390 px wide, with a plan", () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test("axe finds nothing on the pages of a plan, and none is wider than the screen", async ({ signedIn }) => {
    await subscribe(signedIn, "Starter");
    for (const path of SUBSCRIBED) await expectNoFaults(signedIn, path);
  });
});
