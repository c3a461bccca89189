import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ClonedDatabase, cloneDatabase } from "../../e2e/database/clone.ts";
import { generateTypes, TYPES_FILE } from "../../local/supabase/generate-types.ts";

let database: ClonedDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

test("the types of the database are those the migrations make", async () => {
  const hint = "lib/supabase/database.types.ts is out of date: run npm run db:types";
  expect(readFileSync(TYPES_FILE, "utf8"), hint).toBe(await generateTypes(database.sql));
});
