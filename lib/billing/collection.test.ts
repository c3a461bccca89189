import { expect, test } from "vitest";
import { collectionOf } from "./collection";

const after = (change: object) => ({ advances: false, attempts: 2, hasNextAttempt: false, ...change });

test("an invoice with a try to come is being collected, one without is not tried again", () => {
  expect(collectionOf(after({ advances: true, hasNextAttempt: true }), undefined)).toBe("running");
  expect(collectionOf(after({ advances: true }), { attempts: 2, collection: "running" })).toBe("over");
});

test("tries that end without a further one having been made were stopped by a person", () => {
  expect(collectionOf(after({}), { attempts: 2, collection: "running" })).toBe("stopped");
});

test("a stop by a person lasts until Stripe tries again", () => {
  expect(collectionOf(after({}), { attempts: 2, collection: "stopped" })).toBe("stopped");
  expect(collectionOf(after({ advances: true, hasNextAttempt: true }), { attempts: 2, collection: "stopped" })).toBe(
    "running",
  );
});

test("what Stripe itself gives up with its last try is over, and never reads as stopped by a person", () => {
  expect(collectionOf(after({ attempts: 3 }), { attempts: 2, collection: "running" })).toBe("over");
  expect(collectionOf(after({}), { attempts: 2, collection: "over" })).toBe("over");
  expect(collectionOf(after({}), undefined)).toBe("over");
});
