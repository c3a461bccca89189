import { readdirSync } from "node:fs";
import { beforeEach, expect, test, vi } from "vitest";

vi.mock("@/lib/session", async (original) => ({
  ...(await original<typeof import("@/lib/session")>()),
  getSession: async () => null,
}));

type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>;

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
/** What a monitor asks. It says nothing about anybody. */
const FOR_EVERYBODY = ["app/api/health/route.ts"];
const ORIGIN = "http://localhost:3000";

const doors = readdirSync("app", { recursive: true, encoding: "utf8" })
  .map((file) => `app/${file}`)
  .filter((file) => file.endsWith("/route.ts") && !FOR_EVERYBODY.includes(file));

beforeEach(() => {
  vi.stubEnv("APP_URL", ORIGIN);
  vi.stubEnv("JOBS_SECRET", "a-secret-of-the-tests-only");
  vi.stubEnv("STRIPE_SECRET_KEY", "sk_test_1");
  vi.stubEnv("STRIPE_WEBHOOK_SECRET", "whsec_1");
  vi.stubEnv("STRIPE_THIN_WEBHOOK_SECRET", "whsec_2");
});

test.each(doors)(
  "%s does nothing for a stranger, and makes nobody's session",
  async (file) => {
    const handlers: Record<string, unknown> = await import(`@/${file}`);
    const asked = METHODS.flatMap((method) => {
      const handler = handlers[method];
      return typeof handler === "function" ? [{ method, handler: handler as Handler }] : [];
    });
    expect(asked).not.toEqual([]);
    for (const { method, handler } of asked) {
      const request = new Request(`${ORIGIN}/?session_id=cs_test_1`, {
        method,
        headers: { origin: ORIGIN, "content-type": "application/json" },
        ...(method === "GET" ? {} : { body: "{}" }),
      });
      const answer = await handler(request, { params: Promise.resolve({}) });
      expect([method, Math.floor(answer.status / 100)]).toEqual([method, 4]);
      expect(answer.headers.get("set-cookie")).toBeNull();
    }
  },
  60_000,
);
