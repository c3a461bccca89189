import { isDeepStrictEqual } from "node:util";
import { objectRoot } from "../schema/catalog.ts";
import { skeleton } from "../schema/skeleton.ts";
import type { Engine } from "./engine.ts";
import { noSuch } from "./error.ts";
import { recordEvent } from "./events.ts";
import { newId } from "./id.ts";
import type { ObjectName, Objects } from "./objects.ts";
import type { Context } from "./resource.ts";
import { scheduleTask, unscheduleTask } from "./schedule.ts";
import { readSettings } from "./settings.ts";

/** The request an event came from; null when the clock brought it. */
export type Origin = { id: string; idempotency_key: string | null } | null;

/** What one transaction works with. */
export function createContext(engine: Engine, origin: Origin): Context {
  const { store, clock } = engine;
  const now = clock.nowSeconds();
  const context: Context = {
    store,
    settings: readSettings(store),
    livemode: false,
    baseUrl: engine.baseUrl,
    now: () => now,
    newId,
    build: (name, fields) => build(name, fields, now),
    save: (object) => {
      store.objects(object.object as ObjectName).put(object as never);
      return object;
    },
    find(name, id, param) {
      const found = store.objects(name).get(id);
      if (!found) throw noSuch(name, id, param);
      return found;
    },
    emit: (type, object, previous) => recordEvent(engine, context, origin, type, object, previous),
    update(type, after) {
      const before = store.objects(after.object as ObjectName).get(after.id) as Record<string, unknown> | undefined;
      const previous = before && differences(before, after);
      if (previous && Object.keys(previous).length === 0) return after;
      context.save(after);
      context.emit(type, after, previous);
      return after;
    },
    schedule: (at, kind, payload, key) => scheduleTask(store, at, kind, payload, key),
    moveClock: (at, kind, payload) => engine.moveAfterCommit({ at, kind, payload }),
    unschedule: (key) => unscheduleTask(store, key),
  };
  return context;
}

function build<Name extends ObjectName>(name: Name, fields: Partial<Objects[Name]>, now: number): Objects[Name] {
  const root = objectRoot(name);
  if (!root) throw new Error(`No schema is kept for ${name}`);
  const empty = skeleton(root) as Record<string, unknown>;
  if ("created" in empty) empty.created = now;
  if ("livemode" in empty) empty.livemode = false;
  return { ...empty, ...fields } as Objects[Name];
}

/** The former values of the fields that changed; in objects inside, only of what changed in them. */
function differences(before: Record<string, unknown>, after: object): Record<string, unknown> {
  const now = after as Record<string, unknown>;
  const changed = Object.keys({ ...before, ...now }).filter((name) => !isDeepStrictEqual(before[name], now[name]));
  return Object.fromEntries(
    changed.map((name) => {
      const [was, is] = [before[name], now[name]];
      return [name, isRecord(was) && isRecord(is) ? differences(was, is) : (was ?? null)];
    }),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
