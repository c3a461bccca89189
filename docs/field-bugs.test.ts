import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const rows = readFileSync("docs/field-bugs.md", "utf8")
  .split("\n")
  .flatMap((line) => {
    const [, number, ...cells] = /^\| B(\d+) \| (.+) \| (.+) \| (.+) \|$/.exec(line) ?? [];
    return number ? [{ number: Number(number), proofs: cells[2] ?? "" }] : [];
  });

const proofs = rows.flatMap(({ number, proofs }) =>
  [...proofs.matchAll(/`([^`]+)`: “([^”]+)”/g)].map(([, file = "", title = ""]) => ({ number, file, title })),
);

/** The titles in a file: what a test or group is called, and what a row of a table of tests begins with. */
function titlesIn(file: string): Set<string> {
  const source = readFileSync(file, "utf8");
  const found = source.matchAll(/(?:\b(?:test|it|describe)\(|\)\(|\[|\bname:)\s*(["'`])((?:(?!\1).)+)\1\s*,/g);
  return new Set([...found].map(([, , title = ""]) => title));
}

test("every bug of the field has one row, and a proof in it", () => {
  expect(rows.map(({ number }) => number).sort((a, b) => a - b)).toEqual(rows.map((_, index) => index + 1));
  expect(rows.length).toBeGreaterThanOrEqual(56);
  const unproved = rows.filter(({ number }) => !proofs.some((proof) => proof.number === number));
  expect(unproved).toEqual([]);
});

test("every test that the rows name is there, under that name", () => {
  const missing = proofs.filter(
    ({ file, title }) => !existsSync(file) || !title.split(" › ").every((part) => titlesIn(file).has(part)),
  );
  expect(missing).toEqual([]);
});
