import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CHECKLIST } from "@/lib/doctor/checklist";
import { OPTIONAL_MAILS } from "./choices";
import { mailKinds } from "./mails";

const guide = readFileSync("docs/mails.md", "utf8");
const part = (title: string) => guide.split(`## ${title}\n`)[1]?.split("\n## ")[0] ?? "";

function rows(text: string): string[][] {
  const lines = text.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const ours = rows(part("From us"));
const theirs = rows(part("From Stripe"));
const kindOf = (cell: string | undefined) => /^`(\w+)`$/.exec(cell ?? "")?.[1];

describe("the table of mails", () => {
  test("has every kind of mail once, and no kind that does not exist", () => {
    const told = ours.flatMap(([mail]) => kindOf(mail) ?? []);
    expect(told.toSorted()).toEqual([...mailKinds].sort());
  });

  test("says of every mail when it comes, what it says, and whether its reader may do without", () => {
    const vague = ours.filter(([mail, when, says, , law]) => !mail || !when || !says || !law);
    expect(vague).toEqual([]);
    const choices = ours.filter(([, , , , law]) => law === "Choice").map(([mail]) => kindOf(mail));
    expect(choices.toSorted()).toEqual(OPTIONAL_MAILS.map(({ kind }) => kind).sort());
  });

  test("names as told by us instead of Stripe only mails that there are", () => {
    const instead = theirs.flatMap(([, , , from]) => [...(from ?? "").matchAll(/`(\w+)`/g)].map(([, kind]) => kind));
    expect(instead.length).toBeGreaterThan(5);
    expect(instead.filter((kind) => !mailKinds.includes(kind ?? ""))).toEqual([]);
  });

  test("has Stripe tell nothing that we tell: whatever we send instead is off there", () => {
    for (const [mail, , setting, instead] of theirs)
      expect([mail, /\boff$/.test(setting ?? "")]).toEqual([mail, instead !== "none"]);
  });

  test("and the doctor's list agree on what is off at Stripe", () => {
    const assumed = (word: string) => CHECKLIST.find(({ what }) => what.includes(word))?.value;
    expect(assumed("receipts")).toBe("off");
    expect(assumed("renewals and trials")).toBe("off");
    expect(assumed("expiring cards")).toBe("failed payments off; expiring cards on");
  });
});

test("every file of emails/ draws a mail of the table", () => {
  const files = readdirSync("emails").filter((file) => file.endsWith(".tsx") && file !== "layout.tsx");
  const drawn = files.map((file) => file.replace(".tsx", "").replaceAll("-", "_"));
  expect(drawn.toSorted()).toEqual([...mailKinds].sort());
});
