import { setTimeout as wait } from "node:timers/promises";
import { paramsRoot } from "../schema/catalog.ts";
import { mismatch } from "../schema/check.ts";
import { readParameters } from "../schema/parameters.ts";
import { authenticate } from "./authentication.ts";
import type { Engine } from "./engine.ts";
import { invalid, StripeError } from "./error.ts";
import { expand } from "./expand.ts";
import { type Faults, faultError } from "./faults.ts";
import { parseForm } from "./form.ts";
import type { Incoming, Outgoing } from "./http.ts";
import { letters } from "./id.ts";
import { type Answer, fingerprintOf, keepAnswer, keptAnswer, keyInUse } from "./idempotency.ts";
import { Limits } from "./limits.ts";
import type { RequestLog } from "./request-log.ts";
import type { Context, Route } from "./resource.ts";
import type { Router } from "./router.ts";
import { readSettings } from "./settings.ts";
import { API_VERSION } from "./version.ts";

/** Answers /v1 and /v2 as Stripe does: key, version, faults, idempotency, parameters, handler, expand, check. */
export class Api {
  private readonly engine: Engine;
  private readonly router: Router<Route>;
  private readonly key: string;
  private readonly faults: Faults;
  private readonly log: RequestLog;
  private readonly keysInUse = new Set<string>();
  private readonly limits = new Limits();

  constructor(engine: Engine, router: Router<Route>, key: string, faults: Faults, log: RequestLog) {
    this.engine = engine;
    this.router = router;
    this.key = key;
    this.faults = faults;
    this.log = log;
  }

  async answer(incoming: Incoming): Promise<Outgoing | "drop"> {
    const requestId = `req_${letters(14)}`;
    const idempotencyKey = incoming.method === "POST" ? incoming.headers["idempotency-key"] : undefined;
    const base = {
      "content-type": "application/json",
      "request-id": requestId,
      "stripe-version": API_VERSION,
      ...(idempotencyKey && { "idempotency-key": idempotencyKey }),
    };
    const write = (outgoing: Outgoing) => {
      this.log.add({
        requestId,
        at: this.engine.clock.nowSeconds(),
        method: incoming.method,
        path: incoming.path,
        status: outgoing.status,
        params: incoming.body,
      });
      return { ...outgoing, headers: { ...base, ...outgoing.headers } };
    };
    try {
      authenticate(incoming.headers, this.key);
      this.limits.count(readSettings(this.engine.store));
      const outgoing = await this.limits.alone(this.lockOf(incoming), () =>
        this.holding(idempotencyKey, () => this.meetFault(incoming, idempotencyKey, requestId)),
      );
      return outgoing === "drop" ? outgoing : write(outgoing);
    } catch (error) {
      const known = this.known(error, requestId);
      return write({ ...errorAnswer(known), headers: known.headers });
    }
  }

  /** What this request wants for itself alone, where the settings ask for locks. */
  private lockOf(incoming: Incoming): string | undefined {
    if (!readSettings(this.engine.store).meterLock) return undefined;
    const lock = this.router.match(incoming.method, incoming.path)?.entry.lock;
    return lock?.(sentParameters(incoming));
  }

  /** Keeps the key from a second request while the first is being worked on. */
  private async holding<T>(key: string | undefined, work: () => Promise<T>): Promise<T> {
    if (!key) return work();
    if (key.length > 255) throw invalid("Idempotency keys are at most 255 characters long.");
    if (this.keysInUse.has(key)) throw keyInUse(key);
    this.keysInUse.add(key);
    try {
      return await work();
    } finally {
      this.keysInUse.delete(key);
    }
  }

  private async meetFault(incoming: Incoming, key: string | undefined, requestId: string): Promise<Outgoing | "drop"> {
    const fault = await this.faults.meet(incoming.method, incoming.path);
    if (fault?.drop === "before") return "drop";
    if (fault?.status) throw faultError(fault);
    const outgoing = await this.once(incoming, key, requestId);
    if (fault?.answerDelayMs) await wait(fault.answerDelayMs);
    return fault?.drop === "after" ? "drop" : outgoing;
  }

  /** Carries out a request, or repeats the answer that its idempotency key had before. */
  private async once(incoming: Incoming, key: string | undefined, requestId: string): Promise<Outgoing> {
    if (!key) return this.carryOut(incoming, undefined, requestId);
    const fingerprint = fingerprintOf(incoming.method, incoming.path, incoming.body);
    const now = this.engine.clock.nowSeconds();
    const kept = keptAnswer(this.engine.store, key, fingerprint, incoming.path, now);
    if (!kept) return this.carryOut(incoming, { key, fingerprint }, requestId);
    return {
      status: kept.status,
      body: kept.body,
      headers: { "idempotent-replayed": "true", "original-request": kept.requestId, "request-id": kept.requestId },
    };
  }

  private async carryOut(
    incoming: Incoming,
    idempotency: { key: string; fingerprint: string } | undefined,
    requestId: string,
  ): Promise<Outgoing> {
    const match = this.router.match(incoming.method, incoming.path);
    if (!match) throw unknownUrl(incoming);
    const { expand: paths = [], ...sent } = sentParameters(incoming);
    const route = match.entry;
    const params = route.params ? readParameters(paramsRoot(route.params), sent) : sent;
    const origin = { id: requestId, idempotency_key: idempotency?.key ?? null };
    const keep = (context: Context, answer: Answer) => {
      if (idempotency) keepAnswer(context.store, idempotency.key, idempotency.fingerprint, context.now(), answer);
    };
    try {
      return await this.engine.transact(origin, async (context) => {
        const { headers } = incoming;
        const request = { params: params as never, path: match.path, headers, idempotencyKey: idempotency?.key };
        const result = structuredClone(await this.handle(route, request, context, keep, requestId));
        if (!isPaths(paths)) throw invalid("Invalid array", "expand");
        expand(result, paths, this.engine.expansions, context);
        const problem = mismatch(result);
        if (problem)
          throw new Error(`The answer to ${incoming.method} ${incoming.path} is not what Stripe declares: ${problem}`);
        const answer = { status: 200, body: JSON.stringify(result, null, 2), requestId };
        keep(context, answer);
        return { ...answer, headers: {} };
      });
    } catch (error) {
      const known = this.known(error, requestId);
      if (!known.keepsChanges && idempotency) {
        await this.engine.transact(null, (context) => keep(context, { ...errorAnswer(known), requestId }));
      }
      throw known;
    }
  }

  /** Keeps the answer of a declined card together with what the decline changed. */
  private async handle(
    route: Route,
    request: Parameters<Route["handle"]>[0],
    context: Context,
    keep: (context: Context, answer: Answer) => void,
    requestId: string,
  ): Promise<object> {
    try {
      return await route.handle(request, context);
    } catch (error) {
      if (error instanceof StripeError && error.keepsChanges) {
        keep(context, { ...errorAnswer(error), requestId });
      }
      throw error;
    }
  }

  /** Our own mistakes are a 500 with what went wrong, and are remembered. */
  private known(error: unknown, requestId: string): StripeError {
    if (error instanceof StripeError) return error;
    this.engine.report(`Request ${requestId}`, error);
    const message = error instanceof Error ? error.message : String(error);
    return new StripeError(500, { type: "api_error", message });
  }
}

function errorAnswer(error: StripeError): { status: number; body: string } {
  return { status: error.status, body: JSON.stringify({ error: error.body }, null, 2) };
}

function sentParameters(incoming: Incoming): Record<string, unknown> {
  const query = parseForm(incoming.query);
  if (!incoming.body) return query;
  if (!incoming.headers["content-type"]?.startsWith("application/json"))
    return { ...query, ...parseForm(incoming.body) };
  try {
    return { ...query, ...(JSON.parse(incoming.body) as Record<string, unknown>) };
  } catch {
    throw invalid("The request body is not valid JSON.");
  }
}

function isPaths(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((path) => typeof path === "string");
}

function unknownUrl({ method, path }: Incoming): StripeError {
  return new StripeError(404, {
    type: "invalid_request_error",
    message: `Unrecognized request URL (${method}: ${path}). The local double leaves it out, or it does not exist.`,
  });
}
