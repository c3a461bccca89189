import { invalid } from "./error.ts";
import type { Settings } from "./resource.ts";
import type { Store } from "./store.ts";

type Row = { id: string; settings: Partial<Settings> };

/** Stripe's own defaults where it has them. Smart Retries' timing is not public: a fixed schedule stands for it. */
export const DEFAULT_SETTINGS: Settings = {
  invoiceGraceSeconds: 3600,
  retryDays: [3, 5, 7],
  endOfRetries: "canceled",
  advancesAfterRetries: true,
  asyncPaymentSeconds: 3 * 86_400,
  meterLagSeconds: 0,
  meterChecks: "at_once",
  meterErrorSeconds: 60,
  meterLock: false,
  rateLimitPerSecond: 0,
  taxPercent: 20,
};

export function readSettings(store: Store): Settings {
  return { ...DEFAULT_SETTINGS, ...store.hidden<Row>("_settings").get("account")?.settings };
}

/**
 * Changes some of the account's settings.
 * @throws 400 for a setting that does not exist or a value that does not fit it
 */
export function changeSettings(store: Store, changes: Record<string, unknown>): Settings {
  const settings = readSettings(store) as unknown as Record<string, unknown>;
  for (const [name, value] of Object.entries(changes)) {
    if (!(name in DEFAULT_SETTINGS)) throw invalid(`There is no setting ${name}`, name);
    if (!fits(name, value)) throw invalid(`${JSON.stringify(value)} is no value for ${name}`, name);
    settings[name] = value;
  }
  store.hidden<Row>("_settings").put({ id: "account", settings: settings as unknown as Settings });
  return readSettings(store);
}

function fits(name: string, value: unknown): boolean {
  if (name === "endOfRetries") return value === "canceled" || value === "unpaid" || value === "past_due";
  if (name === "meterChecks") return value === "at_once" || value === "later";
  if (name === "meterLock" || name === "advancesAfterRetries") return typeof value === "boolean";
  const isAmount = (item: unknown) => typeof item === "number" && Number.isFinite(item) && item >= 0;
  return name === "retryDays" ? Array.isArray(value) && value.every(isAmount) : isAmount(value);
}
