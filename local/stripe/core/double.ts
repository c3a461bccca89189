import { Api } from "./api.ts";
import { Engine } from "./engine.ts";
import { StripeError } from "./error.ts";
import { Faults } from "./faults.ts";
import { type Incoming, type Outgoing, portOf, serve } from "./http.ts";
import { RequestLog } from "./request-log.ts";
import type { Control, Page, Resource, Route } from "./resource.ts";
import { Router } from "./router.ts";
import type { Tick } from "./tick.ts";

export interface DoubleOptions {
  /** 0 takes a free port */
  port: number;
  /** the key it takes: sk_test_double_… */
  key: string;
  /** where its data is kept; without it nothing outlives the process */
  dataDir?: string;
  /** the file of the movable clock */
  clockFile?: string;
  /** called after each step of a moving clock, until it answers that the app is idle */
  tick?: Tick;
}

export interface Double {
  url: string;
  key: string;
  engine: Engine;
  faults: Faults;
  close(): Promise<void>;
}

type Surroundings = { engine: Engine; faults: Faults; log: RequestLog };

/**
 * Starts the double on 127.0.0.1.
 * @param controls makes the doors under /_double that need more than a context
 * @throws Error in production, or for a key that is not a double's
 */
export async function openDouble(
  resources: Resource[],
  options: DoubleOptions,
  controls: (surroundings: Surroundings) => Resource,
): Promise<Double> {
  if (process.env.NODE_ENV === "production") throw new Error("The local Stripe double does not run in production.");
  if (!/^sk_test_double_\w{8,}$/.test(options.key)) {
    throw new Error("The local Stripe double takes a key of the form sk_test_double_… only, never a real one.");
  }
  const engine = new Engine(resources, options);
  const faults = new Faults();
  const log = new RequestLog();
  const all = [...resources, controls({ engine, faults, log })];
  const api = new Api(engine, new Router<Route>(all.flatMap(({ routes = [] }) => routes)), options.key, faults, log);
  const pages = new Router<Page>(all.flatMap(({ pages = [] }) => pages));
  const doors = new Router<Control>(all.flatMap(({ controls = [] }) => controls));

  const server = await serve(options.port, async (incoming) => {
    if (/^\/v[12]\//.test(incoming.path)) return api.answer(incoming);
    return incoming.path.startsWith("/_double/")
      ? throughDoor(engine, doors, incoming)
      : showPage(engine, pages, incoming);
  });
  engine.baseUrl = `http://127.0.0.1:${portOf(server)}`;
  await engine.start();
  return {
    url: engine.baseUrl,
    key: options.key,
    engine,
    faults,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await engine.close();
    },
  };
}

async function throughDoor(engine: Engine, doors: Router<Control>, incoming: Incoming): Promise<Outgoing> {
  const headers = { "content-type": "application/json" };
  const match = doors.match(incoming.method, incoming.path);
  if (!match)
    return {
      status: 404,
      headers,
      body: JSON.stringify({ error: { message: `No door ${incoming.method} ${incoming.path}` } }),
    };
  try {
    const body = incoming.body ? (JSON.parse(incoming.body) as Record<string, unknown>) : {};
    const { handle, outside } = match.entry;
    const request = { body, path: match.path };
    const result = await (outside ? outside(request) : engine.transact(null, (context) => handle?.(request, context)));
    return { status: 200, headers, body: JSON.stringify(result ?? {}, null, 2) };
  } catch (error) {
    const status = error instanceof StripeError ? error.status : 500;
    const message = error instanceof Error ? error.message : String(error);
    return { status, headers, body: JSON.stringify({ error: { message } }) };
  }
}

async function showPage(engine: Engine, pages: Router<Page>, incoming: Incoming): Promise<Outgoing> {
  const html = { "content-type": "text/html; charset=utf-8" };
  const match = pages.match(incoming.method, incoming.path);
  if (!match) return { status: 404, headers: html, body: "<p>The local Stripe double has no such page.</p>" };
  const query = Object.fromEntries(new URLSearchParams(incoming.query));
  const form = Object.fromEntries(new URLSearchParams(incoming.body));
  try {
    const request = { path: match.path, query, form };
    const {
      status = 200,
      headers = {},
      body,
    } = await engine.transact(null, (context) => match.entry.handle(request, context));
    return { status, headers: { ...html, "cache-control": "no-store", ...headers }, body };
  } catch (error) {
    if (!(error instanceof StripeError)) engine.report(`The page ${incoming.path}`, error);
    const message = error instanceof Error ? error.message : String(error);
    return {
      status: error instanceof StripeError ? error.status : 500,
      headers: html,
      body: `<p>${escaped(message)}</p>`,
    };
  }
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
