import { createHash, timingSafeEqual } from "node:crypto";
import { env } from "@/lib/env";
import { runJobs } from "@/lib/jobs";

export const maxDuration = 60;

const digest = (text: string) => createHash("sha256").update(text).digest();

function isAllowed(request: Request): boolean {
  const given = request.headers.get("authorization") ?? "";
  return timingSafeEqual(digest(given), digest(`Bearer ${env().JOBS_SECRET}`));
}

/** The tick, for cron and for pg_cron; guarded by JOBS_SECRET, safe to run twice at once. */
async function tick(request: Request): Promise<Response> {
  if (!isAllowed(request)) return Response.json({ code: "unauthorized" }, { status: 401 });
  const report = await runJobs();
  return Response.json(report, { status: report.ok ? 200 : 500 });
}

export const GET = tick;
export const POST = tick;
