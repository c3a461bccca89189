import { expect, it } from "vitest";
import { csvStream } from "./csv";
import type { Entry } from "./read";

const entry: Entry = {
  recordedAt: "2026-11-22T10:00:00Z",
  id: "1",
  operation: "spend",
  feature: "api",
  model: null,
  key: null,
  credits: -5,
  overageCredits: 0,
  debtCredits: 0,
  balanceAfter: 95,
  tokens: null,
  estimated: false,
};

async function rowOf(changes: Partial<Entry>): Promise<string> {
  async function* pages() {
    yield [{ ...entry, ...changes }];
  }
  const text = await new Response(csvStream(pages())).text();
  return text.slice(text.indexOf("\r\n") + 2).trimEnd();
}

it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(A1)"])(
  "a spreadsheet does not run %j, whoever reported it",
  async (feature) => {
    expect(await rowOf({ feature })).toMatch(/^2026-11-22T10:00:00Z,spend,"?'/);
  },
);

it("numbers stay numbers, and quotes, commas and lines stay within their cell", async () => {
  expect(await rowOf({ feature: 'a "b", c\nd' })).toBe(
    '2026-11-22T10:00:00Z,spend,"a ""b"", c\nd",,,,,,-5,0,0,95,false,',
  );
});
