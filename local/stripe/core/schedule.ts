import { newId } from "./id.ts";
import type { Store } from "./store.ts";

/** Something that happens when the clock reaches `at` (unix seconds). */
export interface Task {
  id: string;
  at: number;
  order: number;
  kind: string;
  payload: Record<string, unknown>;
}

const table = (store: Store) => store.hidden<Task>("_task");

export function scheduleTask(store: Store, at: number, kind: string, payload: Record<string, unknown>, key?: string) {
  const order = store.hidden<{ id: string; next: number }>("_order");
  const next = order.get("task")?.next ?? 1;
  order.put({ id: "task", next: next + 1 });
  table(store).put({ id: key ?? newId("task"), at, order: next, kind, payload });
}

export function unscheduleTask(store: Store, key: string): void {
  if (table(store).get(key)) table(store).delete(key);
}

/** All that is scheduled, in the order of scheduling. */
export const tasks = (store: Store): Task[] => table(store).list();

/** The task that comes first; of two at the same moment the one scheduled first. */
export function nextTask(store: Store): Task | undefined {
  let next: Task | undefined;
  table(store).find((task) => {
    if (!next || task.at < next.at || (task.at === next.at && task.order < next.order)) next = task;
    return false;
  });
  return structuredClone(next);
}
