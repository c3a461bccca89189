import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, callDirectly, callOverRest, headersOf, signToken, tokenOf } from "./callers.ts";
import { type ClonedDatabase, cloneDatabase } from "./clone.ts";
import { actAs, createPerson, type Person } from "./people.ts";

let database: ClonedDatabase;
let anna: Person;
let bert: Person;

beforeAll(async () => {
  database = await cloneDatabase();
  await database.sql.unsafe(PROBES);
  anna = await createPerson(database.sql, { name: "Anna" });
  bert = await createPerson(database.sql, { name: "Bert" });
});
afterAll(() => database.drop());

// What these tests ask about, apart from what the product has.
const PROBES = `
  create table public.probe_rows (id bigint primary key, note text unique, size public.credit_count, data jsonb, happened_at timestamptz);
  alter table public.probe_rows enable row level security;
  grant select, insert, update, delete on public.probe_rows to service_role;
  create function public.probe_echo(value jsonb) returns jsonb language sql set search_path = '' as 'select value';
  create function public.probe_kind(value jsonb) returns jsonb language sql set search_path = '' as 'select to_jsonb(jsonb_typeof(value))';
  create function public.probe_raise(state text) returns jsonb language plpgsql set search_path = '' as $$
    begin raise exception 'refused on purpose' using errcode = state, hint = 'a way out'; end $$;
  create function public.probe_who() returns jsonb language sql set search_path = '' as
    'select jsonb_build_object(''person'', auth.uid(), ''role'', current_user)';
  grant execute on function public.probe_echo(jsonb), public.probe_kind(jsonb), public.probe_raise(text) to service_role;
  grant execute on function public.probe_who() to anon, authenticated, service_role;
`;

const CALLERS = [
  ["over REST", callOverRest],
  ["directly", callDirectly],
] as const;

describe("grants are those of the migrations and nothing more", () => {
  test("serving requests changes no privilege of any table", async () => {
    const privileges = () => database.sql`
      select relname, relacl::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'p', 'S') order by 1`;
    const before = await privileges();
    for (const who of ["anon", "service_role", anna.userId]) await ask(database, who, "accounts?select=id");
    expect(await privileges()).toEqual(before);
  });

  test("an owner cannot change a column that no migration lets them change", async () => {
    const answer = await ask(database, anna.userId, `accounts?id=eq.${anna.accountId}`, {
      method: "PATCH",
      body: JSON.stringify({ kind: "team" }),
    });
    expect(answer).toMatchObject({ status: 403, code: "42501" });
    const directly = actAs(database.sql, anna.userId, (sql) => sql`update public.accounts set kind = 'team'`);
    await expect(directly).rejects.toMatchObject({ code: "42501" });
  });

  test("a visitor reads no table", async () => {
    expect(await ask(database, "anon", "accounts?select=id")).toMatchObject({ status: 401, code: "42501" });
    const directly = actAs(database.sql, "anon", (sql) => sql`select id from public.accounts`);
    await expect(directly).rejects.toMatchObject({ code: "42501" });
  });

  test("fifty first requests at once are all answered", async () => {
    const fresh = await cloneDatabase();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => ask(fresh, "service_role", "accounts?select=id")),
    );
    await fresh.drop();
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 50 }, () => 200));
  });

  test("the role that migrates is no superuser", async () => {
    const [role] = await database.sql`select rolsuper, rolbypassrls from pg_roles where rolname = current_user`;
    expect(role).toEqual({ rolsuper: false, rolbypassrls: true });
  });
});

describe("row level security", () => {
  test("a person sees their own accounts and nobody else's", async () => {
    expect((await ask(database, anna.userId, "accounts?select=id")).body).toEqual([{ id: anna.accountId }]);
    const directly = await actAs(database.sql, anna.userId, (sql) => sql`select id from public.accounts`);
    expect([...directly]).toEqual([{ id: anna.accountId }]);
  });

  test("asking for another's account by its id answers nothing", async () => {
    expect((await ask(database, anna.userId, `accounts?id=eq.${bert.accountId}`)).body).toEqual([]);
  });

  test("the server's key sees every account", async () => {
    const { body } = await ask(
      database,
      "service_role",
      `accounts?select=id&id=in.(${anna.accountId},${bert.accountId})`,
    );
    expect(body).toHaveLength(2);
  });

  test.each(CALLERS)("a function called %s knows who asks", async (_, call) => {
    expect((await call(database, anna.userId, "probe_who", {})).body).toEqual({
      person: anna.userId,
      role: "authenticated",
    });
    expect((await call(database, "anon", "probe_who", {})).body).toEqual({ person: null, role: "anon" });
  });

  test("only the schema public is served", async () => {
    for (const schema of ["private", "auth", "extensions", "supabase_migrations"]) {
      const answer = await ask(database, "service_role", "users", { headers: { "accept-profile": schema } });
      expect(answer.status, schema).toBe(406);
    }
  });
});

describe("functions for the server alone", () => {
  const at = new Date().toISOString();
  const mail = () => ({ account_id: anna.accountId, kind: "test", key: crypto.randomUUID(), data: {}, at });

  test.each(CALLERS)("called %s: refused to a person and a visitor, answered to the server", async (how, call) => {
    const person = await call(database, anna.userId, "queue_mail", mail());
    const visitor = await call(database, "anon", "queue_mail", mail());
    expect([person.code, visitor.code]).toEqual(["42501", "42501"]);
    if (how === "over REST") expect([person.status, visitor.status]).toEqual([403, 401]);
    expect((await call(database, "service_role", "queue_mail", mail())).body).toEqual({ ok: true, code: "queued" });
  });
});

describe("tokens and keys", () => {
  const withToken = (token: string, headers: Record<string, string> = {}) =>
    ask(database, "anon", "rpc/probe_who", {
      method: "POST",
      body: "{}",
      headers: { authorization: `Bearer ${token}`, ...headers },
    });

  test("a token signed with another secret is refused", async () => {
    const forged = signToken({ sub: anna.userId, role: "authenticated", exp: 4_102_444_800 }, "another secret");
    expect(await withToken(forged)).toMatchObject({ status: 401, code: "PGRST301" });
  });

  test("an expired token is refused", async () => {
    const expired = tokenOf(database, anna.userId, { exp: Math.floor(Date.now() / 1000) - 60 });
    expect(await withToken(expired)).toMatchObject({ status: 401, code: "PGRST303" });
  });

  test("an unsigned token is nobody's", async () => {
    const unsigned = signToken({ sub: anna.userId, role: "service_role", exp: 4_102_444_800 }, "", {
      alg: "none",
      typ: "JWT",
    });
    const answer = await withToken(unsigned);
    if (answer.status === 200) expect(answer.body).toEqual({ person: null, role: "anon" });
    else expect(answer.status).toBe(401);
  });

  test("a person's token that claims the server's role gets no further than its signature allows", async () => {
    const answer = await withToken(
      tokenOf(database, anna.userId).replace(
        /\.[^.]*\./,
        `.${Buffer.from('{"role":"service_role"}').toString("base64url")}.`,
      ),
    );
    expect(answer.status).toBe(401);
  });

  test("an unknown key is refused, and so is a token without a key", async () => {
    expect((await ask(database, "anon", "accounts", { headers: { apikey: "sb_secret_guess" } })).status).toBe(401);
    const bare = await database.rest("http://supabase.test/rest/v1/accounts", {
      headers: { authorization: `Bearer ${tokenOf(database, anna.userId)}` },
    });
    expect(bare.status).toBe(401);
  });

  test("the server's key is refused when a browser sends it", async () => {
    const headers = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140 Safari/537.36" };
    expect((await ask(database, "service_role", "accounts", { headers })).status).toBe(401);
  });

  test.each(["select=id,(select%20version())", "order=id;drop%20table%20accounts", "select=id;--"])(
    "a query that smuggles SQL is refused: %s",
    async (query) => {
      expect((await ask(database, "service_role", `accounts?${query}`)).status).toBe(400);
    },
  );
});

describe("values", () => {
  const value = {
    text: 'é "quoted" \\ \u{1f4b3}',
    list: [1, [2, null]],
    most: Number.MAX_SAFE_INTEGER,
    none: null,
    yes: true,
  };

  test.each(CALLERS)("json sent %s comes back as it was", async (_, call) => {
    expect((await call(database, "service_role", "probe_echo", { value })).body).toEqual(value);
    expect((await call(database, "service_role", "probe_echo", { value: [value] })).body).toEqual([value]);
  });

  test.each(CALLERS)("json sent %s arrives as json, not as a text", async (_, call) => {
    expect((await call(database, "service_role", "probe_kind", { value })).body).toBe("object");
  });

  test("json written to a table over REST is json in the database", async () => {
    await ask(database, "service_role", "probe_rows", { method: "POST", body: JSON.stringify({ id: 1, data: value }) });
    const [row] = await database.sql`select jsonb_typeof(data) as kind, data from public.probe_rows where id = 1`;
    expect(row).toEqual({ kind: "object", data: value });
  });

  test("the largest number of credits and the moment it was given are exact", async () => {
    const happenedAt = "2026-11-22T08:12:43.318Z";
    const row = { id: 2, size: Number.MAX_SAFE_INTEGER, happened_at: happenedAt };
    await ask(database, "service_role", "probe_rows", { method: "POST", body: JSON.stringify(row) });
    const { body } = await ask(database, "service_role", "probe_rows?id=eq.2&select=size,happened_at");
    const [read] = body as Array<{ size: number; happened_at: string }>;
    expect(Number(read?.size)).toBe(Number.MAX_SAFE_INTEGER);
    expect(new Date(read?.happened_at ?? "").toISOString()).toBe(happenedAt);
    const [direct] = await database.sql`select size, happened_at from public.probe_rows where id = 2`;
    expect(Number(direct?.size)).toBe(Number.MAX_SAFE_INTEGER);
    expect(direct?.happened_at).toEqual(new Date(happenedAt));
  });

  test("one request answers at most 1,000 rows, and the rest by a range", async () => {
    await database.sql`insert into public.probe_rows (id, note) select n, 'page ' || n from generate_series(10001, 11001) n`;
    const path = "probe_rows?id=gt.10000&order=id&select=id";
    expect((await ask(database, "service_role", path)).body).toHaveLength(1000);
    expect((await ask(database, "service_role", `${path}&offset=1000`)).body).toEqual([{ id: 11001 }]);
    expect(await database.sql`select id from public.probe_rows where id > 10000`).toHaveLength(1001);
  });

  test("a row that is there already is skipped when asked to", async () => {
    const insert = () =>
      ask(database, "service_role", "probe_rows?on_conflict=id", {
        method: "POST",
        body: JSON.stringify([{ id: 3, note: "once" }]),
        headers: { prefer: "resolution=ignore-duplicates,return=representation" },
      });
    expect((await insert()).body).toMatchObject([{ id: 3 }]);
    expect((await insert()).body).toEqual([]);
  });
});

describe("errors keep their code", () => {
  test.each([
    ["PT402", 402],
    ["PT409", 409],
    ["PT400", 400],
  ])("%s becomes its status", async (state, status) => {
    const answer = await callOverRest(database, "service_role", "probe_raise", { state });
    expect(answer).toMatchObject({ status, code: state, body: { message: "refused on purpose", hint: "a way out" } });
    expect(await callDirectly(database, "service_role", "probe_raise", { state })).toMatchObject({ code: state });
  });

  test("a second row with the same key is a conflict", async () => {
    const insert = (id: number) =>
      ask(database, "service_role", "probe_rows", { method: "POST", body: JSON.stringify({ id, note: "the same" }) });
    expect((await insert(4)).status).toBe(201);
    expect(await insert(5)).toMatchObject({ status: 409, code: "23505" });
  });

  test("exactly one row is asked for and there is none", async () => {
    const headers = { accept: "application/vnd.pgrst.object+json" };
    expect(await ask(database, "service_role", "probe_rows?id=eq.-1", { headers })).toMatchObject({
      status: 406,
      code: "PGRST116",
    });
  });

  test("a function that does not exist is named", async () => {
    expect(await callOverRest(database, "service_role", "no_such_function", {})).toMatchObject({
      status: 404,
      code: "PGRST202",
    });
  });
});

test("a person's own key never becomes the server's", () => {
  expect(headersOf(database, anna.userId).apikey).toBe(database.keys.publishable);
});
