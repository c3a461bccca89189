import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { callDirectly, callOverRest, RpcError } from "@/lib/supabase/rpc";
import { type ClonedDatabase, cloneDatabase } from "../../e2e/database/clone.ts";
import { createTeam } from "../../e2e/database/people.ts";

let database: ClonedDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await database.sql.unsafe(`
    create function public.echo(words text, number bigint, flag boolean, moment timestamptz, data jsonb, list text[] default '{}') returns jsonb
      language sql set search_path = '' as $$
        select jsonb_build_object('words', words, 'number', number, 'flag', flag, 'moment', moment, 'data', data, 'kind', jsonb_typeof(data), 'list', list) $$;
    grant execute on function public.echo(text, bigint, boolean, timestamptz, jsonb, text[]) to service_role;
    create function public.count_to(most integer) returns setof integer language sql set search_path = '' as $$ select generate_series(1, most) $$;
    grant execute on function public.count_to(integer) to service_role;
    create function public.list_accounts(kind text) returns table (name text, kind text) language sql set search_path = '' as
      $$ select a.name, a.kind from public.accounts a where a.kind = list_accounts.kind order by 1 $$;
    grant execute on function public.list_accounts(text) to service_role;
    create function public.refuse() returns jsonb language plpgsql set search_path = '' as
      $$ begin raise exception 'the books do not agree' using errcode = 'PT409'; end $$;
    grant execute on function public.refuse() to service_role;`);
  await createTeam(database.sql, [], "Alpha");
  await createTeam(database.sql, [], "Beta");
  vi.stubEnv("SUPABASE_URL", "http://supabase.test");
  vi.stubEnv("SUPABASE_SECRET_KEY", database.keys.secret);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await database.drop();
});

const transports = {
  "over REST": (name: string, args: Record<string, unknown>) =>
    callOverRest(name, args, (input, init) => database.rest(input, init)),
  "over the direct connection": (name: string, args: Record<string, unknown>) => callDirectly(database.sql, name, args),
};

describe.each(Object.entries(transports))("a function called %s", (_, call) => {
  test("takes named arguments of every kind and answers jsonb as it is", async () => {
    const data = { text: 'a "quoted" ü', list: [1, { deep: null }], empty: {} };
    const moment = new Date("2026-11-22T10:00:00.500Z");
    const answer = await call("echo", {
      data,
      moment: moment.toISOString(),
      flag: false,
      number: 9_007_199_254_740_991,
      words: "it's",
      list: ["a", "b,c"],
    });
    expect(answer).toMatchObject({ data, kind: "object", flag: false, number: 9_007_199_254_740_991, words: "it's" });
    expect(answer).toMatchObject({ list: ["a", "b,c"] });
    expect(new Date((answer as { moment: string }).moment)).toEqual(moment);
  });

  test("keeps a list of objects a list, and null null", async () => {
    const answer = await call("echo", {
      words: null,
      number: 1,
      flag: true,
      moment: null,
      data: [{ a: 1 }, { b: [] }],
    });
    expect(answer).toMatchObject({ words: null, moment: null, kind: "array", data: [{ a: 1 }, { b: [] }], list: [] });
  });

  test("answers a set of rows as a list of objects, and a set of values as a list", async () => {
    expect(await call("list_accounts", { kind: "team" })).toEqual([
      { name: "Alpha", kind: "team" },
      { name: "Beta", kind: "team" },
    ]);
    expect(await call("list_accounts", { kind: "none" })).toEqual([]);
    expect(await call("count_to", { most: 3 })).toEqual([1, 2, 3]);
  });

  test("throws with the function's name, the code and the sentence when the database raises", async () => {
    const error = await call("refuse", {}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RpcError);
    expect(error).toMatchObject({ functionName: "refuse", code: "PT409" });
    expect(String(error)).toContain("the books do not agree");
  });

  test("throws when there is no such function", async () => {
    await expect(call("no_such_function", {})).rejects.toThrow(RpcError);
  });
});
