import { expect, test } from "vitest";
import { ALERT_KINDS, urgencyOf, wordsOf } from "./alerts";

test.each([...ALERT_KINDS])(
  "an alert of the kind %s says what happened and what to do, whatever is known of it",
  (kind) => {
    for (const data of [{}, { reason: "card_declined.", error: "no", count: 3, payment: "pi_1" }]) {
      const words = wordsOf({ kind, key: "the key", data });
      for (const text of [words.title, words.text, words.wayOut]) {
        expect(text).not.toMatch(/undefined|null|NaN|\[object|\.\.$|: \./);
        expect(text.length).toBeGreaterThan(10);
      }
      expect(words.title).not.toMatch(/\.$/);
      expect(words.text).toMatch(/\.$/);
      expect(words.wayOut).toMatch(/\.$/);
    }
  },
);

test("a code of Stripe's is written as words", () => {
  const { text } = wordsOf({ kind: "dispute_opened", key: "pi_1", data: { reason: "product_not_received" } });
  expect(text).toContain(": product not received.");
});

test("whoever raises an alert may say it in a sentence of its own", () => {
  const words = wordsOf({ kind: "subscription_changed", key: "sub_1", data: { text: "The quantity became 5." } });
  expect(words.text).toBe("The quantity became 5.");
  expect(words.title).toBe("A subscription was changed at Stripe");
});

test("an alert of a kind this version does not know is shown all the same, last", () => {
  expect(wordsOf({ kind: "of_tomorrow", key: "x", data: {} }).title).toBe("of_tomorrow");
  expect(urgencyOf("of_tomorrow")).toBeGreaterThan(urgencyOf("tick_failed"));
  expect(urgencyOf("tick_late")).toBe(0);
});
