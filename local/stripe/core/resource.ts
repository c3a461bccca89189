import { invalid } from "./error.ts";
import type { ObjectName, Objects, StripeObject } from "./objects.ts";
import type { Store } from "./store.ts";

/** What a founder sets in Stripe's Dashboard, changed here through `/_double/settings`. */
export interface Settings {
  /** how long a renewal's invoice stays a draft */
  invoiceGraceSeconds: number;
  /** waits between automatic attempts to collect an invoice, in days */
  retryDays: number[];
  /** what becomes of a subscription when the last attempt has failed */
  endOfRetries: "canceled" | "unpaid" | "past_due";
  /** whether an invoice still says `auto_advance` once its last automatic attempt has failed */
  advancesAfterRetries: boolean;
  /** how long a bank debit stays in processing */
  asyncPaymentSeconds: number;
  /** how long a meter event takes to show in summaries and invoices */
  meterLagSeconds: number;
  /** whether a wrong meter event is refused, or taken and told of later by a thin event */
  meterChecks: "at_once" | "later";
  /** how long after a wrong meter event the report of it comes */
  meterErrorSeconds: number;
  /** whether a second call for the same customer and meter, while the first is worked on, is a 429 lock_timeout */
  meterLock: boolean;
  /** how many requests a second are answered, by the machine's own clock; 0: all. Stripe's sandboxes take 25 */
  rateLimitPerSecond: number;
  /** percent added as tax where automatic tax is on */
  taxPercent: number;
}

/** What a handler, task or listener works with. All of it belongs to one transaction. */
export interface Context {
  store: Store;
  settings: Settings;
  livemode: false;
  /** where the double answers, for the links of hosted pages: http://127.0.0.1:12111 */
  baseUrl: string;
  /** the time by the movable clock, unix seconds */
  now(): number;
  /** a new id: newId("cus") → "cus_Qk3…" */
  newId(prefix: string): string;
  /**
   * A complete, valid object of this kind: every field Stripe sends, empty, then `fields`. Sets `created`
   * and `livemode`. It is not stored yet: `save` does that.
   */
  build<Name extends ObjectName>(name: Name, fields: Partial<Objects[Name]>): Objects[Name];
  /** Stores an object, new or changed, and gives it back. */
  save<T extends { id: string; object: string }>(object: T): T;
  /** The object of this id. Throws 404 resource_missing, or 400 naming `param` when a parameter gave the id. */
  find<Name extends ObjectName>(name: Name, id: string, param?: string): Objects[Name];
  /**
   * Records an event with a snapshot of the object, delivers it to the endpoints that want it once the
   * transaction is committed, and calls our own listeners at once.
   * @param previous the former values of what changed, for `*.updated`
   */
  emit(type: string, object: object, previous?: Record<string, unknown>): void;
  /** Saves `after` and emits `type` with the fields that differ as previous_attributes; silent if none does. */
  update<T extends { id: string; object: string }>(type: string, after: T): T;
  /** Has the task `kind` run when the clock reaches `at` (unix seconds). The same `key` replaces the former. */
  schedule(at: number, kind: string, payload: Record<string, unknown>, key?: string): void;
  /** Moves everybody's clock to `at` (unix seconds) once the transaction is committed, and then runs the task `kind`. */
  moveClock(at: number, kind: string, payload: Record<string, unknown>): void;
  /** Takes back what was scheduled under this key. */
  unschedule(key: string): void;
}

export interface Request<P = Record<string, unknown>> {
  /** checked against the schema, with numbers and booleans read from their text; `expand` is taken out */
  params: P;
  path: Record<string, string>;
  headers: Record<string, string | undefined>;
  idempotencyKey?: string;
}

export interface Route<P = never> {
  method: "GET" | "POST" | "DELETE";
  /** "/v1/customers/:customer" */
  path: string;
  /** name of the schema root of the parameters, such as "CustomerCreateParams"; absent: any parameter is taken as sent */
  params?: string;
  /** what only one call at a time may work on, where the settings ask for locks */
  lock?(sent: Record<string, unknown>): string;
  handle(request: Request<P>, context: Context): StripeObject | object | Promise<StripeObject | object>;
}

/** A page for people: no key, no schemas, what a browser sends as a form. */
export interface Page {
  method: "GET" | "POST";
  path: string;
  handle(request: PageRequest, context: Context): PageAnswer | Promise<PageAnswer>;
}
export interface PageRequest {
  path: Record<string, string>;
  query: Record<string, string>;
  form: Record<string, string>;
}
export interface PageAnswer {
  status?: number;
  headers?: Record<string, string>;
  body: string | Uint8Array;
}

/** A door for tests and tools under /_double, JSON in and out. */
export interface Control {
  method: "GET" | "POST" | "DELETE";
  path: `/_double/${string}`;
  /** runs in a transaction */
  handle?(request: ControlRequest, context: Context): unknown;
  /** runs outside, for what waits for other transactions, such as moving the clock */
  outside?(request: ControlRequest): unknown;
}
export interface ControlRequest {
  body: Record<string, unknown>;
  path: Record<string, string>;
}

/** A public list or object that a field shows only when it is asked for with `expand`. */
export type Expansion = (object: StripeObject, context: Context) => unknown;

/** All that one folder adds to the double. `local/stripe/routes.ts` lists them. */
export interface Resource {
  routes?: Route[];
  pages?: Page[];
  controls?: Control[];
  /** what `schedule` may name */
  tasks?: Record<string, (payload: Record<string, unknown>, context: Context) => void | Promise<void>>;
  /** called inside the transaction that emits the event; the object is a copy */
  listeners?: Record<string, Array<(object: StripeObject, context: Context) => void>>;
  /** "charge.refunds" → the list */
  expansions?: Record<string, Expansion>;
}

/** A route whose handler knows the type of its parameters: route<Params<Stripe.CustomerCreateParams>>({…}). */
export function route<P>(definition: Route<P>): Route {
  return definition as unknown as Route;
}

/** Refuses parameters that Stripe knows and the double does not carry out, rather than passing over them. */
export function leftOut(params: object, names: string[]): void {
  const given = names.find((name) => (params as Record<string, unknown>)[name] !== undefined);
  if (given) throw invalid(`The local Stripe double leaves out the parameter ${given}.`, given);
}
