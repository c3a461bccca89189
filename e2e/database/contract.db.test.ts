import { afterAll, beforeAll, expect, test } from "vitest";
import { type ClonedDatabase, cloneDatabase } from "./clone.ts";
import { actAs, createPerson } from "./people.ts";

let database: ClonedDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

test("a person sees only the accounts they belong to", async () => {
  const anna = await createPerson(database.sql);
  const bert = await createPerson(database.sql);
  const seen = await actAs(database.sql, anna.userId, (sql) => sql`select id from public.accounts`);
  expect(seen.map((row) => row.id)).toEqual([anna.accountId]);
  expect(seen).not.toContainEqual({ id: bert.accountId });
});

test("the server's key reads every account over REST", async () => {
  const anna = await createPerson(database.sql);
  const answer = await database.rest(`http://supabase.test/rest/v1/accounts?id=eq.${anna.accountId}&select=id`, {
    headers: { apikey: database.keys.secret },
  });
  expect(await answer.json()).toEqual([{ id: anna.accountId }]);
});
