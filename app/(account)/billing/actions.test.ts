import { beforeEach, expect, test, vi } from "vitest";
import { takeAttempt } from "@/lib/accounts/attempts";
import { accountId } from "@/lib/billing/units";
import { chooseOverage } from "@/lib/credits/overage-choice";
import { getSession, type Role, type Session } from "@/lib/session";
import { cancelPlan } from "@/lib/subscriptions/cancel";
import { changePlan } from "@/lib/subscriptions/change";
import { endPlanNow } from "@/lib/subscriptions/ending";
import * as actions from "./actions";
import { setOverageCap } from "./overage/actions";

vi.mock("@/lib/session", async (original) => ({ ...(await original()), getSession: vi.fn() }));
vi.mock("@/lib/accounts/attempts", async (original) => ({
  ...(await original<typeof import("@/lib/accounts/attempts")>()),
  takeAttempt: vi.fn(),
}));
vi.mock("@/lib/credits/overage-choice", async (original) => ({ ...(await original()), chooseOverage: vi.fn() }));
vi.mock("./overage/read", () => ({ readOverage: vi.fn() }));
vi.mock("@/lib/subscriptions/cancel", () => ({ cancelPlan: vi.fn(), resumePlan: vi.fn() }));
vi.mock("@/lib/subscriptions/change", () => ({ changePlan: vi.fn(), revokeScheduledChange: vi.fn() }));
vi.mock("@/lib/subscriptions/ending", () => ({ endPlanNow: vi.fn() }));
vi.mock("next/cache", () => ({ revalidatePath: vi.fn() }));
vi.mock("next/navigation", () => ({
  redirect: (path: string) => {
    throw new Error(`to ${path}`);
  },
}));

const mine = accountId("00000000-0000-4000-8000-000000000001");
const changeId = "00000000-0000-4000-8000-00000000000c";
const actAs = (role: Role) =>
  vi.mocked(getSession).mockResolvedValue({ account: { id: mine, role, kind: "team", name: "Acme" } } as Session);
const form = (values: Record<string, string>) => {
  const data = new FormData();
  for (const [name, value] of Object.entries(values)) data.set(name, value);
  return data;
};
const upgrade = { account: mine, plan: "pro", interval: "monthly", changeId, prorationDate: "1795000000" };

beforeEach(() => {
  vi.clearAllMocks();
  vi.mocked(takeAttempt).mockResolvedValue({ ok: true });
  actAs("owner");
});

test("a member changes and cancels nothing, and is told whom to ask", async () => {
  actAs("member");
  const refused = { ok: false, message: expect.stringContaining("owners and admins") };
  expect(await actions.cancelPlan(null, form({ account: mine }))).toMatchObject(refused);
  expect(await actions.changePlan(null, form(upgrade))).toMatchObject(refused);
  expect(cancelPlan).not.toHaveBeenCalled();
  expect(changePlan).not.toHaveBeenCalled();
});

test("a page drawn for one account changes no other, and a form that names none changes nothing", async () => {
  const other = "00000000-0000-4000-8000-000000000002";
  expect(await actions.cancelPlan(null, form({ account: other }))).toMatchObject({
    ok: false,
    message: expect.stringContaining("switched to another account"),
  });
  expect(await actions.cancelPlan(null, form({}))).toMatchObject({ ok: false });
  expect(cancelPlan).not.toHaveBeenCalled();
});

test("canceling needs no reason, and passes one on as it was given", async () => {
  vi.mocked(cancelPlan).mockResolvedValue({ ok: true, code: "canceled" });
  await actions.cancelPlan(null, form({ account: mine, reason: "", comment: "  " }));
  expect(cancelPlan).toHaveBeenLastCalledWith({ account: mine });
  await actions.cancelPlan(null, form({ account: mine, reason: "unused", comment: " Too little time " }));
  expect(cancelPlan).toHaveBeenLastCalledWith({ account: mine, reason: "unused", comment: "Too little time" });
});

test("what was previewed is what is asked for", async () => {
  vi.mocked(changePlan).mockResolvedValue({ ok: true, code: "changed" });
  await expect(actions.changePlan(null, form(upgrade))).rejects.toThrow("to /billing/plan/changed");
  expect(changePlan).toHaveBeenCalledWith({
    account: mine,
    change: { plan: "pro", interval: "monthly" },
    changeId,
    prorationDate: 1_795_000_000,
  });
});

test("a preview that is too old is drawn again instead of being charged", async () => {
  vi.mocked(changePlan).mockResolvedValue({ ok: false, code: "preview_expired", message: "" });
  await expect(actions.changePlan(null, form(upgrade))).rejects.toThrow(
    `to /billing/plan/change?plan=pro&interval=monthly&expired=${changeId}`,
  );
});

test("a payment that fails is said where the button was, with the page that finishes it", async () => {
  const url = "https://pay.example/in_1";
  vi.mocked(changePlan).mockResolvedValue({ ok: false, code: "payment_failed", message: "Declined.", url });
  expect(await actions.changePlan(null, form(upgrade))).toMatchObject({ ok: false, message: "Declined.", url });
});

test("too many tries change, cancel, end and cap nothing, and say when to try again", async () => {
  vi.mocked(takeAttempt).mockResolvedValue({ ok: false, retryAfterSeconds: 240, message: "Too many tries." });
  const refused = { ok: false, message: "Too many tries." };
  expect(await actions.changePlan(null, form(upgrade))).toMatchObject(refused);
  for (const act of [actions.cancelPlan, actions.endPlanNow, actions.resumePlan, actions.revokeChange])
    expect(await act(null, form({ account: mine }))).toMatchObject(refused);
  expect(await setOverageCap(null, form({ account: mine, choice: "off" }))).toMatchObject(refused);
  for (const verb of [changePlan, cancelPlan, endPlanNow, chooseOverage]) expect(verb).not.toHaveBeenCalled();
});
