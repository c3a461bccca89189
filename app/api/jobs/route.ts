import { createHash, timingSafeEqual } from "node:crypto";
import { env } from "@/lib/env";
import { runJobs } from "@/lib/jobs";

export const maxDuration = 60;

const digest = (text: string) => createHash("sha256").update(text).digest();

function isAllowed(request: Request): boolean {
  const given = digest(request.headers.get("authorization") ?? "");
  const { JOBS_SECRET, CRON_SECRET } = env();
  const secrets = CRON_SECRET ? [JOBS_SECRET, CRON_SECRET] : [JOBS_SECRET];
  return secrets.map((secret) => timingSafeEqual(given, digest(`Bearer ${secret}`))).includes(true);
}

/** The tick, for cron and for pg_cron; guarded by JOBS_SECRET (Vercel's cron sends CRON_SECRET), safe to run twice at once. */
async function tick(request: Request): Promise<Response> {
  if (!isAllowed(request)) return Response.json({ code: "unauthorized" }, { status: 401 });
  const report = await runJobs({ isCron: true });
  return Response.json(report, { status: report.ok ? 200 : 500 });
}

export const GET = tick;
export const POST = tick;
