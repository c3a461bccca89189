import { expect, test } from "vitest";
import { HOME, ownPath } from "./own-path";

test.each(["/billing", "/usage?range=7d", "/pricing#packs", "/assistant/0b1c?x=%2F"])(
  "%s is a path of ours",
  (path) => {
    expect(ownPath(path)).toBe(path);
  },
);

test.each([
  "https://evil.example",
  "//evil.example",
  "/\\evil.example",
  "/\t/evil.example",
  "\\\\evil.example",
  "/..//evil.example",
  "/%2e%2e//evil.example",
  "javascript:alert(1)",
  " /billing",
  "/api/jobs",
  "",
  null,
  undefined,
])("%j leads nowhere but home", (wish) => {
  expect(ownPath(wish)).toBe(HOME);
});
