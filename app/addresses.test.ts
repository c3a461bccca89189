import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const within = (...folders: string[]) =>
  folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`),
  );

/** Pages and doors as patterns: folders in brackets are not in the address, `[id]` stands for one part of it. */
const known = within("app")
  .filter((file) => /\/(page\.tsx|route\.ts)$/.test(file) && !file.includes("[..."))
  .map((file) => {
    const parts = file.split("/").slice(1, -1);
    const path = parts.filter((part) => !/^\(.*\)$/.test(part)).map((part) => (part.startsWith("[") ? "[^/]+" : part));
    return new RegExp(`^/${path.join("/")}$`);
  });

const LINK =
  /(?:\b(?:href|action|src|url|path|returnPath)(?:=\{?|: ?)|\b(?:redirect|push|replace|fetch)\()["'`](\/[^"'`]*)/g;
const OTHER_HOSTS = /^\/(v1|v2|emails|icon)\b/;

/** Where a file leads to: the address without its question and its anchor, what is filled in standing for one part. */
function addressesIn(file: string): string[] {
  const source = readFileSync(file, "utf8");
  return [...source.matchAll(LINK)]
    .map(([, address = ""]) => address.split(/[?#]|\$\{query/)[0] ?? "")
    .map((address) => address.replace(/\$\{[^}]*\}?/g, "x"))
    .filter((address) => !OTHER_HOSTS.test(address));
}

test("every address that a page, a mail or an answer leads to is there", () => {
  const files = within("app", "components", "emails", "lib").filter(
    (file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file),
  );
  const led = files.flatMap((file) => addressesIn(file).map((address) => ({ file, address })));
  expect(led.length).toBeGreaterThan(50);
  const nowhere = led.filter(({ address }) => !known.some((pattern) => pattern.test(address)));
  expect(nowhere).toEqual([]);
});
