import { beforeEach, expect, test, vi } from "vitest";
import { runJobs } from "@/lib/jobs";
import { GET, POST } from "./route";

vi.mock("@/lib/jobs", () => ({ runJobs: vi.fn() }));

const SECRET = "a-secret-of-the-tests-only";
const ask = (authorization?: string) =>
  new Request("http://localhost:3000/api/jobs", { method: "POST", headers: authorization ? { authorization } : {} });

const CRON = "a-secret-that-vercel-sends";

beforeEach(() => {
  process.env.JOBS_SECRET = SECRET;
  delete process.env.CRON_SECRET;
  vi.mocked(runJobs).mockReset().mockResolvedValue({ ok: true, jobs: [], idle: true });
});

test.each([undefined, "", "Bearer ", "Bearer wrong", SECRET, `bearer ${SECRET}`])(
  "the tick does not run for %j",
  async (authorization) => {
    expect((await POST(ask(authorization))).status).toBe(401);
    expect(runJobs).not.toHaveBeenCalled();
  },
);

test("the tick runs for whoever knows the secret, by GET and POST", async () => {
  expect((await POST(ask(`Bearer ${SECRET}`))).status).toBe(200);
  expect((await GET(ask(`Bearer ${SECRET}`))).status).toBe(200);
});

test("a cron of Vercel's may have a secret of its own, which opens nothing until it is set", async () => {
  expect((await GET(ask(`Bearer ${CRON}`))).status).toBe(401);
  expect((await GET(ask("Bearer undefined"))).status).toBe(401);
  process.env.CRON_SECRET = CRON;
  expect((await GET(ask(`Bearer ${CRON}`))).status).toBe(200);
  expect((await POST(ask(`Bearer ${SECRET}`))).status).toBe(200);
  expect((await GET(ask("Bearer undefined"))).status).toBe(401);
});

test("the tick says whether anything is left to do", async () => {
  expect(await (await POST(ask(`Bearer ${SECRET}`))).json()).toEqual({ ok: true, jobs: [], idle: true });
});

test("a job that failed shows in the status, so that cron notices", async () => {
  vi.mocked(runJobs).mockResolvedValue({ ok: false, jobs: [{ name: "send mail", ms: 1, error: "no" }], idle: true });
  expect((await POST(ask(`Bearer ${SECRET}`))).status).toBe(500);
});
