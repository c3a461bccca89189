import { expect, test } from "vitest";
import { entitlementFor } from "./entitlement";
import { overageStop, overageStopWords, waysOutWords } from "./overage-stop";
import { inDays, nobody, now, stage, subscribed } from "./sample-standing";
import type { Standing } from "./standing";
import { credits } from "./units";

const stopFor = (standing: Standing, used = 40_000) =>
  overageStop(entitlementFor(standing, now), { used: credits(used), restartsAt: inDays(9) });

test.each<[string, Standing, string, string[], string]>([
  [
    "the owner's cap",
    subscribed({}, { overageCap: credits(40_000) }),
    "owner",
    ["raise_cap", "buy_credits", "change_plan"],
    "The cap on overage that this account has set is reached: 40,000 of 40,000 credits are used. It starts again on 1 Dec 2026.",
  ],
  [
    "the plan's maximum",
    subscribed(),
    "plan",
    ["buy_credits", "change_plan"],
    "The most overage that the plan allows leaves too little: 40,000 of 1,000,000 credits are used. It starts again on 1 Dec 2026.",
  ],
  [
    "the trust cap",
    subscribed({ plan: "payg", everPaid: false }),
    "trust",
    ["buy_credits", "change_plan"],
    "Until a first invoice is paid, overage is limited: 40,000 of 200,000 credits are used.",
  ],
  [
    "the grace cap",
    subscribed({ status: "past_due" }, stage("retrying")),
    "grace",
    ["pay", "buy_credits"],
    "While an invoice is unpaid, overage is limited to what the last paid one had: 40,000 of 700 credits are used.",
  ],
  [
    "no grace any more",
    subscribed({ status: "past_due" }, stage("warned")),
    "grace",
    ["pay", "buy_credits"],
    "While an invoice is unpaid, there is no overage.",
  ],
  [
    "the owner's choice of none",
    subscribed({}, { overageCap: null }),
    "off",
    ["allow_overage", "buy_credits", "change_plan"],
    "Overage is off for this account, so nothing beyond its credits is used.",
  ],
  [
    "a plan that sells none",
    nobody,
    "not_sold",
    ["buy_credits", "change_plan"],
    "The credits are used up, and the plan has no overage.",
  ],
  [
    "a trial",
    subscribed({ status: "trialing", trialEnd: inDays(2) }),
    "blocked",
    ["buy_credits", "change_plan"],
    "There is no overage in the present state of the account.",
  ],
])("%s stops with its name, its figures and the ways out", (_name, standing, limitedBy, ways, words) => {
  const stop = stopFor(standing);
  expect([stop.limitedBy, stop.ways]).toEqual([limitedBy, ways]);
  expect(overageStopWords(stop)).toBe(words);
});

test("the ways out are one sentence, the shortest way first", () => {
  expect(waysOutWords(["raise_cap", "buy_credits", "change_plan"])).toBe(
    "To go on, raise the cap, buy credits or change the plan.",
  );
  expect([waysOutWords(["buy_credits"]), waysOutWords([])]).toEqual(["To go on, buy credits.", ""]);
});

test("a way out that the account does not have is not shown", () => {
  expect(stopFor(subscribed({}, { hold: "admin" })).ways).toEqual([]);
  expect(stopFor(subscribed({ cancelAt: inDays(3) }, { overageCap: credits(1) })).ways).toEqual([
    "raise_cap",
    "buy_credits",
  ]);
});
