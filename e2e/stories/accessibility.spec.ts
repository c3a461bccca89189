import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures";

const PUBLIC = ["/", "/pricing", "/legal/terms", "/legal/privacy", "/legal/refunds", "/nowhere"];
const ENTRANCE = ["/sign-in", "/sign-in?with=link", "/sign-up", "/reset-password", "/auth/confirm"];
const SIGNED_IN = [
  "/assistant",
  "/summarize",
  "/usage",
  "/credits",
  "/billing",
  "/billing/success?session_id=cs_none",
  "/billing/canceled",
  "/settings",
  "/settings/api-keys",
];

async function faultsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} at ${target.join(" ")}`));
}

/** How far the page is wider than the screen, in CSS pixels. */
const overflowOf = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

for (const theme of ["light", "dark"] as const) {
  for (const [width, height] of [
    [390, 844],
    [1280, 800],
  ] as const) {
    test.describe(`${theme}, ${width} px wide`, () => {
      test.use({ colorScheme: theme, viewport: { width, height } });

      test("axe finds nothing on a page that anybody sees, and none is wider than the screen", async ({ page }) => {
        for (const path of [...PUBLIC, ...ENTRANCE]) {
          await page.goto(path);
          expect.soft(await faultsOf(page), path).toEqual([]);
          expect.soft(await overflowOf(page), path).toBe(0);
        }
      });

      test("axe finds nothing on a signed-in page, and none is wider than the screen", async ({ signedIn }) => {
        for (const path of SIGNED_IN) {
          await signedIn.goto(path);
          await expect(signedIn.getByRole("heading", { level: 1 }).first()).toBeVisible();
          expect.soft(await faultsOf(signedIn), path).toEqual([]);
          expect.soft(await overflowOf(signedIn), path).toBe(0);
        }
      });
    });
  }
}
