import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ClonedDatabase, cloneDatabase } from "../../e2e/database/clone.ts";
import { history } from "./histories.ts";
import { Connections, installJournal, Rehearsal } from "./rehearsal.ts";

const chosen = process.env.LEDGER_SEED;
const seeds = chosen ? [Number(chosen)] : Array.from({ length: 20 }, (_, n) => 1001 + n);

let database: ClonedDatabase;
let connections: Connections;
let killed = 0;
beforeAll(async () => {
  database = await cloneDatabase();
  await installJournal(database.sql);
  connections = new Connections(database.url, 8);
});
afterAll(async () => {
  await connections.end();
  await database.drop();
});

test.each(seeds)(
  "the ledger and its reference agree on a random history (replay with LEDGER_SEED=%i)",
  async (seed) => {
    const property = fc.asyncProperty(history, async (steps) => {
      const rehearsal = new Rehearsal(database.sql, connections);
      await rehearsal.play(steps);
      killed += rehearsal.killed;
    });
    await fc.assert(property, { seed, numRuns: 1, endOnFailure: !chosen });
  },
);

test.runIf(!chosen)("some of those histories lost connections in the middle of a call", () => {
  expect(killed).toBeGreaterThan(0);
});
