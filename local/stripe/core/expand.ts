import { isObject } from "../schema/check.ts";
import { invalid } from "./error.ts";
import type { StripeObject } from "./objects.ts";
import type { Context, Expansion } from "./resource.ts";

/**
 * Replaces ids by the objects they name, in place, along paths such as "latest_invoice.payments" or "data.customer".
 * @throws 400 when a path is more than four levels deep or names what cannot be expanded
 */
export function expand(answer: object, paths: string[], expansions: Map<string, Expansion>, context: Context): void {
  for (const path of paths) {
    const steps = path.split(".");
    if (steps.length > 4 + (steps[0] === "data" ? 1 : 0)) {
      throw invalid(`You cannot expand more than 4 levels of a property. Property: ${path}`, "expand");
    }
    follow(answer as Record<string, unknown>, steps, path, expansions, context);
  }
}

function follow(
  target: Record<string, unknown>,
  [step, ...rest]: string[],
  path: string,
  expansions: Map<string, Expansion>,
  context: Context,
): void {
  if (step === undefined) return;
  const shown = target[step];
  const expansion = expansions.get(`${String(target.object)}.${step}`);
  const value = shown ?? expansion?.(target as StripeObject, context) ?? shown;
  if (value === undefined && expansion) return;
  const opened = open(value, context);
  if (opened === undefined || (rest.length === 0 && opened === value && !mayStand(value))) {
    if (value === undefined && target.deleted === true) return;
    throw invalid(`This property cannot be expanded (${path}).`, "expand");
  }
  target[step] = opened;
  for (const inner of Array.isArray(opened) ? opened : [opened]) {
    if (isObject(inner)) follow(inner, rest, path, expansions, context);
  }
}

function open(value: unknown, context: Context): unknown {
  if (typeof value === "string") return context.store.lookUp(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => open(item, context));
  return value;
}

/** An object or list that is there already, or a field that is empty, is no mistake. */
function mayStand(value: unknown): boolean {
  return value === null || typeof value === "object";
}
