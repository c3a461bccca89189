import { NextRequest } from "next/server";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type ClonedDatabase, cloneDatabase } from "@/e2e/database/clone";
import { createPerson, PASSWORD } from "@/e2e/database/people";
import { proxy } from "@/proxy";
import { userClient } from "./server";

const jar = new Map<string, string>();
vi.mock("next/headers", () => ({
  cookies: async () => ({
    getAll: () => [...jar].map(([name, value]) => ({ name, value })),
    set: (name: string, value: string) => jar.set(name, value),
  }),
}));

let database: ClonedDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  vi.stubEnv("APP_URL", "http://localhost:3000");
  vi.stubEnv("SUPABASE_URL", "http://supabase.test");
  vi.stubEnv("SUPABASE_PUBLISHABLE_KEY", database.keys.publishable);
  vi.stubGlobal("fetch", database.rest);
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await database.drop();
});

interface StoredSession {
  access_token: string;
  refresh_token: string;
  expires_at: number;
}
const read = (value: string) =>
  JSON.parse(Buffer.from(value.replace("base64-", ""), "base64url").toString()) as StoredSession;
const write = (session: StoredSession) => `base64-${Buffer.from(JSON.stringify(session)).toString("base64url")}`;

async function signedIn() {
  jar.clear();
  const person = await createPerson(database.sql, { canSignIn: true });
  const client = await userClient();
  const { error } = await client.auth.signInWithPassword({ email: person.email, password: PASSWORD });
  if (error) throw error;
  const [entry] = [...jar];
  if (!entry) throw new Error("signing in left no cookie");
  return { name: entry[0], session: read(entry[1]) };
}

const visit = (name: string, session: StoredSession) =>
  proxy(new NextRequest("http://localhost:3000/assistant", { headers: { cookie: `${name}=${write(session)}` } }));

test("a session that still holds is left alone", async () => {
  const { name, session } = await signedIn();
  const response = await visit(name, session);
  expect(response.headers.get("set-cookie")).toBeNull();
});

test("a session about to end is renewed, for the browser and for the page that is being drawn", async () => {
  const { name, session } = await signedIn();
  const response = await visit(name, { ...session, expires_at: Math.floor(Date.now() / 1000) - 10 });
  const renewed = response.cookies.get(name);
  expect(renewed).toMatchObject({ httpOnly: true, sameSite: "lax", path: "/" });
  expect(read(renewed?.value ?? "").refresh_token).not.toBe(session.refresh_token);
  expect(response.headers.get("x-middleware-request-cookie")).toContain(renewed?.value);
  expect(response.headers.get("cache-control")).toContain("no-store");
});

test("a session that cannot be renewed ends, and the page is drawn all the same", async () => {
  const { name, session } = await signedIn();
  const response = await visit(name, { ...session, expires_at: 1, refresh_token: "invented" });
  expect(response.status).toBe(200);
  expect(response.cookies.get(name)?.value).toBe("");
});
