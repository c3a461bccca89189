import { expect, test } from "vitest";
import { overageFields } from "./overage-choice";

const capOf = (credits: string) => overageFields.safeParse({ choice: "number", credits }).data?.cap;

test("a number of credits is read however its thousands are parted", () => {
  for (const typed of ["40000", "40,000", "40.000", "40 000", " 40'000 "]) expect(capOf(typed), typed).toBe(40_000);
});

test("what is no whole number of credits is refused, not guessed at", () => {
  for (const typed of ["", "0", "-5", "1.5", "40,00", "4e3", "forty", "9".repeat(16)])
    expect(capOf(typed), typed).toBeUndefined();
});
