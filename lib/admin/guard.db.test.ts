import { createClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { headersOf, type Who } from "@/e2e/database/callers";
import { type ClonedDatabase, cloneDatabase } from "@/e2e/database/clone";
import { createPerson, createTeam, type Person } from "@/e2e/database/people";
import { accountId, userId } from "@/lib/billing/units";
import { getSession, type Role } from "@/lib/session";
import { userClient } from "@/lib/supabase/server";
import { adminOrNull, requireAdmin } from "./guard";

vi.mock("react", async (real) => ({ ...(await real<typeof import("react")>()), cache: (read: unknown) => read }));
vi.mock("@/lib/session", () => ({ getSession: vi.fn() }));
vi.mock("@/lib/supabase/server", () => ({ userClient: vi.fn() }));

let database: ClonedDatabase;
let founder: Person;
let customer: Person;
let team: string;

beforeAll(async () => {
  database = await cloneDatabase();
  founder = await createPerson(database.sql);
  customer = await createPerson(database.sql);
  team = await createTeam(database.sql, [{ userId: founder.userId, role: "owner" }]);
  await database.sql`insert into public.platform_admins (user_id) values (${founder.userId})`;
});
afterAll(() => database.drop());
beforeEach(() => signIn(null));

function signIn(person: Person | null, role: Role = "owner"): void {
  const who: Who = person?.userId ?? "anon";
  const client = createClient("http://supabase.test", database.keys.publishable, {
    auth: { persistSession: false, autoRefreshToken: false },
    global: { fetch: (input, init) => database.rest(input, { ...init, headers: headersOf(database, who) }) },
    realtime: { transport: class {} as never },
  });
  vi.mocked(userClient).mockResolvedValue(client as never);
  const account = { id: accountId(team), name: "Northwind", kind: "team" as const, role };
  vi.mocked(getSession).mockResolvedValue(
    person && { user: { id: userId(person.userId), email: person.email }, account, accounts: [account] },
  );
}

const NOT_FOUND = expect.objectContaining({ digest: expect.stringContaining("404") });

test("a founder gets in", async () => {
  signIn(founder);
  const admin = { id: founder.userId, email: founder.email };
  expect(await requireAdmin()).toEqual(admin);
  expect(await adminOrNull()).toEqual(admin);
});

test("a visitor sees that there is no such page", async () => {
  expect(await adminOrNull()).toBeNull();
  await expect(requireAdmin()).rejects.toEqual(NOT_FOUND);
});

test.each(["owner", "admin", "member"] as const)(
  "the %s of an account sees that there is no such page",
  async (role) => {
    signIn(customer, role);
    expect(await adminOrNull()).toBeNull();
    await expect(requireAdmin()).rejects.toEqual(NOT_FOUND);
  },
);

test("nobody becomes an admin by claiming the id of one", async () => {
  signIn(customer);
  const claimed = { id: userId(founder.userId), email: founder.email };
  const session = await getSession();
  vi.mocked(getSession).mockResolvedValue(session && { ...session, user: claimed });
  expect(await adminOrNull()).toBeNull();
});

test("a founder who is one no more is out at once", async () => {
  const former = await createPerson(database.sql);
  await database.sql`insert into public.platform_admins (user_id) values (${former.userId})`;
  signIn(former);
  expect(await adminOrNull()).not.toBeNull();
  await database.sql`delete from public.platform_admins where user_id = ${former.userId}`;
  expect(await adminOrNull()).toBeNull();
});

test("a database that cannot answer lets nobody in", async () => {
  signIn(founder);
  const silent = createClient("http://supabase.test", database.keys.publishable, {
    auth: { persistSession: false },
    global: { fetch: async () => Response.json({ message: "no connection" }, { status: 400 }) },
    realtime: { transport: class {} as never },
  });
  vi.mocked(userClient).mockResolvedValue(silent as never);
  await expect(requireAdmin()).rejects.toThrow(/could not be read/);
});
