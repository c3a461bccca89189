import type { Browser, Page } from "@playwright/test";
import type { Sql } from "postgres";
import { createPerson, PASSWORD, type Person } from "./database/people";
import { signIn } from "./fixtures";

export interface Visitor extends Person {
  readonly page: Page;
}

/** Somebody new in a browser of their own, signed in. Close the page's context when the story is over. */
export async function visitor(browser: Browser, sql: Sql, name = "Alex Example"): Promise<Visitor> {
  const person = await createPerson(sql, { name, canSignIn: true });
  const page = await (await browser.newContext()).newPage();
  await signIn(page, person.email, PASSWORD);
  return { ...person, page };
}

/** A founder: somebody who may see and mend every account. */
export async function founder(browser: Browser, sql: Sql): Promise<Visitor> {
  const person = await createPerson(sql, { name: "Ada Admin", canSignIn: true });
  await sql`insert into public.platform_admins (user_id) values (${person.userId})`;
  const page = await (await browser.newContext()).newPage();
  await signIn(page, person.email, PASSWORD);
  return { ...person, page };
}
