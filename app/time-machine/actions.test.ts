import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GET } from "../api/time-machine/route";
import * as actions from "./actions";

const hosted = { APP_URL: "https://app.example.com", STRIPE_SECRET_KEY: "sk_live_x" };
const asked = vi.fn<typeof fetch>();

beforeEach(() => {
  for (const name of ["LEDGERLINE_LOCAL", "STRIPE_API_BASE", "LEDGERLINE_CLOCK_FILE", "RESEND_BASE_URL"])
    vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries(hosted)) vi.stubEnv(name, value);
  asked.mockReset();
  vi.stubGlobal("fetch", asked);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

const CALLS: Record<keyof typeof actions, () => Promise<unknown>> = {
  moveClock: () => actions.moveClock("day"),
  dismissReport: () => actions.dismissReport(),
  switchPersona: () => actions.switchPersona("admin@ledgerline.test"),
  failPayment: () => actions.failPayment(),
  setDelivery: () => actions.setDelivery("twice", true),
};

describe("outside local mode", () => {
  test.each(Object.entries(CALLS))("%s answers 404 and does nothing", async (_name, call) => {
    await expect(call()).rejects.toMatchObject({ digest: "NEXT_HTTP_ERROR_FALLBACK;404" });
    expect(asked).not.toHaveBeenCalled();
  });

  test("every action of the time machine is among those", () => {
    expect(Object.keys(actions).sort()).toEqual(Object.keys(CALLS).sort());
  });

  test("what the toolbar shows answers 404, also for the clock alone", async () => {
    for (const address of ["/api/time-machine", "/api/time-machine?only=clock"])
      expect((await GET(new Request(`https://app.example.com${address}`))).status).toBe(404);
    expect(asked).not.toHaveBeenCalled();
  });

  test("a real Stripe in local mode has no time machine either", async () => {
    vi.stubEnv("LEDGERLINE_LOCAL", "1");
    vi.stubEnv("APP_URL", "http://localhost:3000");
    vi.stubEnv("STRIPE_SECRET_KEY", "sk_test_x");
    vi.stubEnv("LEDGERLINE_CLOCK_FILE", "/tmp/clock.json");
    expect((await GET(new Request("http://localhost:3000/api/time-machine"))).status).toBe(404);
    for (const call of Object.values(CALLS))
      await expect(call()).rejects.toMatchObject({ digest: "NEXT_HTTP_ERROR_FALLBACK;404" });
  });
});
