import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { brand } from "./brand";

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");

/** `light-dark(#rrggbb, #rrggbb)` values of a style sheet, by name. */
function pairsIn(css: string): Map<string, { light: string; dark: string }> {
  const found = css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g);
  return new Map([...found].map(([, name = "", light = "", dark = ""]) => [name, { light, dark }]));
}

const colours = new Map([
  ...pairsIn(read("components/brand/accent.css")),
  ...pairsIn(read("components/ui/chart-colors.css")),
  ...pairsIn(read("app/globals.css")),
]);

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function between(name: string, ground: string, theme: "light" | "dark"): number {
  const [ink, paper] = [colours.get(name), colours.get(ground)];
  if (!ink || !paper) throw new Error(`There is no colour ${ink ? ground : name}`);
  return contrast(ink[theme], paper[theme]);
}

const text = [
  ...["foreground", "muted", "faint"].flatMap((ink) => ["background", "surface", "surface-2"].map((on) => [ink, on])),
  ...["accent", "success", "warning", "danger"].flatMap((ink) => ["background", "surface"].map((on) => [ink, on])),
  ["accent-foreground", "accent"],
  ["danger-foreground", "danger"],
  ...["success", "warning", "danger"].map((tone) => [tone, `${tone}-soft`]),
  ...["success", "warning", "danger"].flatMap((tone) => [
    ["foreground", `${tone}-soft`],
    ["muted", `${tone}-soft`],
  ]),
] as Array<[string, string]>;

const drawn = [["input", "surface"], ...[1, 2, 3, 4, 5].map((place) => [`chart-${place}`, "surface"])] as Array<
  [string, string]
>;

describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
  test.each(text)("%s can be read on %s (4.5:1)", (ink, ground) => {
    expect(between(ink, ground, theme)).toBeGreaterThanOrEqual(4.5);
  });
  test.each(drawn)("%s can be made out on %s (3:1)", (ink, ground) => {
    expect(between(ink, ground, theme)).toBeGreaterThanOrEqual(3);
  });
});

test("pages, mail and the icon have one accent", () => {
  expect(colours.get("accent")).toEqual(brand.accent);
  expect(read("app/icon.svg")).toContain(`fill="${brand.accent.light}"`);
});
