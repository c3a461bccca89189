import { beforeEach, expect, test, vi } from "vitest";
import { runJobs } from "@/lib/jobs";
import { GET, POST } from "./route";

vi.mock("@/lib/jobs", () => ({ runJobs: vi.fn() }));

const SECRET = "a-secret-of-the-tests-only";
const ask = (authorization?: string) =>
  new Request("http://localhost:3000/api/jobs", { method: "POST", headers: authorization ? { authorization } : {} });

beforeEach(() => {
  process.env.JOBS_SECRET = SECRET;
  vi.mocked(runJobs).mockReset().mockResolvedValue({ ok: true, jobs: [] });
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

test("a job that failed shows in the status, so that cron notices", async () => {
  vi.mocked(runJobs).mockResolvedValue({ ok: false, jobs: [{ name: "send mail", ms: 1, error: "no" }] });
  expect((await POST(ask(`Bearer ${SECRET}`))).status).toBe(500);
});
