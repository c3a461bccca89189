import { authenticateApiKey } from "@/lib/accounts/api-keys";
import { entitlementFor } from "@/lib/billing/entitlement";
import { overageStopWords } from "@/lib/billing/overage-stop";
import { now } from "@/lib/clock";
import { readStanding } from "@/lib/standing";
import { readJson } from "@/lib/usage/body";
import { type EventsAnswer, recordEvents } from "@/lib/usage/events";
import { readOverageStop, toStopJson } from "@/lib/usage/overage-stop";

const MOST_BYTES = 1_000_000;

const statuses = {
  too_many_events: 413,
  invalid_request: 422,
  invalid_event: 422,
  key_reused: 422,
} as const satisfies Record<Extract<EventsAnswer, { ok: false }>["code"], number>;

const refuse = (status: number, error: { code: string; message: string; index?: number }, headers?: HeadersInit) =>
  Response.json({ error }, { status, headers });

/** Takes batches of usage measured elsewhere, by an account's API key. */
export async function POST(request: Request): Promise<Response> {
  const key = await authenticateApiKey(request.headers.get("authorization"));
  if (!key) {
    const message = "Send an API key of your account: Authorization: Bearer ll_… Keys are made in Settings, API keys.";
    return refuse(401, { code: "invalid_api_key", message }, { "www-authenticate": "Bearer" });
  }
  const body = await readJson(request, MOST_BYTES);
  if (!body.ok && body.code === "too_large") {
    return refuse(413, {
      code: "too_large",
      message: "A request carries at most 1 MB and 1,000 events. Send it in parts.",
    });
  }
  if (!body.ok) return refuse(422, { code: "invalid_request", message: "The body is not JSON." });

  const entitlement = entitlementFor(await readStanding(key.account), now());
  const { overagePermitted } = entitlement;
  const answer = await recordEvents({ account: key.account, overagePermitted, body: body.value });
  if (!answer.ok) {
    const { ok: _, ...error } = answer;
    return refuse(statuses[answer.code], error);
  }
  const { accepted, duplicates, balance, overLimit } = answer;
  const stop = overLimit ? await readOverageStop(key.account, entitlement) : null;
  return Response.json({
    accepted,
    duplicates,
    balance: {
      available: balance.available,
      reserved: balance.reserved,
      total: balance.total,
      debt: balance.debt,
      overage_used: balance.overageUsed,
      is_low: balance.isLow,
    },
    over_limit: overLimit,
    ...(stop ? { overage: toStopJson(stop), message: overageStopWords(stop) } : {}),
  });
}
