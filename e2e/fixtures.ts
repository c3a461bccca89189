import { test as base, expect, type Page } from "@playwright/test";
import postgres, { type Sql } from "postgres";
import { createPerson, PASSWORD, type Person } from "./database/people";

export { expect };

/** A setting of the stack that the stories run against. */
export function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set. Run the stories with: npm run test:browser`);
  return value;
}

interface Fixtures {
  /** Somebody new, with a confirmed address, not signed in. */
  person: Person;
  /** The page of that person, signed in. */
  signedIn: Page;
}

interface WorkerFixtures {
  sql: Sql;
}

/** The stories' test: each makes its own people, so that stories can run side by side and in any order. */
export const test = base.extend<Fixtures, WorkerFixtures>({
  sql: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright demands a destructured first parameter.
    async ({}, use) => {
      const sql = postgres(setting("DATABASE_URL"), { max: 2, onnotice: () => undefined });
      await use(sql);
      await sql.end();
    },
    { scope: "worker" },
  ],
  person: async ({ sql }, use) => {
    await use(await createPerson(sql, { name: "Alex Example", canSignIn: true }));
  },
  signedIn: async ({ page, person }, use) => {
    await signIn(page, person.email, PASSWORD);
    await use(page);
  },
});

/** The credits that the frame shows. */
export function balance(page: Page) {
  return page.getByLabel("Credits available").first();
}

/** Signs in through the form and waits for the first page. */
export async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL("**/assistant");
}
