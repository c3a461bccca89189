import { expect, test } from "vitest";
import { boughtWords } from "./bought-words";

const pro = { kind: "plan", name: "Pro", credits: 1_400_000 } as const;

test("a pack says how many credits came", () => {
  const words = boughtWords({ kind: "pack", name: "50,000 credits", credits: 50_000 }, null, true);
  expect(words.title).toBe("50,000 credits are yours");
  expect(words.text).toMatch(/^They are in your balance\./);
});

test("a plan says what comes every month, and that it is still on its way", () => {
  const { title, text } = boughtWords(pro, null, false);
  expect(title).toBe("You are on Pro");
  expect(text).toMatch(/^1,400,000 credits come with it every month\. They reach your balance in a moment\./);
});

test("a trial says its own credits and until when nothing is charged", () => {
  const words = boughtWords({ ...pro, credits: 50_000 }, { endsAt: "2026-12-06T12:00:00Z", credits: 50_000 }, true);
  expect(words.title).toBe("Your trial of Pro has begun");
  expect(words.text).toContain("50,000 credits");
  expect(words.text).toContain("until 6 Dec 2026, and nothing is charged if you cancel before");
});

test("pay as you go promises no credits", () => {
  const { text } = boughtWords({ kind: "plan", name: "Pay as you go", credits: 0 }, null, true);
  expect(text).toMatch(/^Nothing was charged\./);
  expect(text).not.toContain("0 credits");
});
