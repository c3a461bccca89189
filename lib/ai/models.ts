import type { ModelKey } from "@/lib/billing/catalogue";
import { rateCard } from "@/lib/billing/plans";
import { isModelKey } from "@/lib/billing/rating";
import { env } from "@/lib/env";

interface ModelBehindKey {
  /** What the provider calls it, unless AI_MODELS says otherwise. */
  readonly providerId: string;
  /** The longest answer asked for, thoughts included, in tokens. */
  readonly maxOutputTokens: number;
  readonly reasons: boolean;
}

/** What answers behind each model of the rate card. The keys are ours, so that a provider's new model changes no price. */
const models: Readonly<Record<ModelKey, ModelBehindKey>> = {
  "small-1": { providerId: "gpt-4.1-mini", maxOutputTokens: 1_024, reasons: false },
  "large-1": { providerId: "gpt-4.1", maxOutputTokens: 1_536, reasons: false },
  "reason-1": { providerId: "o4-mini", maxOutputTokens: 3_072, reasons: true },
};

/** The keys of every model on sale, in the order of the rate card. */
export const modelKeys = Object.keys(rateCard).filter(isModelKey);

/** The longest answer a model may write, thoughts included, in tokens. */
export const maxOutputTokensOf = (key: ModelKey): number => models[key].maxOutputTokens;

/** Whether a model thinks before it answers. */
export const reasons = (key: ModelKey): boolean => models[key].reasons;

/**
 * Reads AI_MODELS, pairs such as `small-1=gpt-4.1-mini, large-1=gpt-4.1`.
 * @throws Error with a sentence naming the pair that makes no sense
 */
export function parseModelNames(setting: string): Partial<Record<ModelKey, string>> {
  const names: Partial<Record<ModelKey, string>> = {};
  for (const pair of setting.split(",").filter((part) => part.trim() !== "")) {
    const [key = "", ...rest] = pair.split("=").map((part) => part.trim());
    const name = rest.join("=");
    if (!isModelKey(key) || name === "") {
      throw new Error(
        `AI_MODELS has ${JSON.stringify(pair.trim())}. Write pairs such as small-1=gpt-4.1-mini, separated by commas; the keys are ${modelKeys.join(", ")}.`,
      );
    }
    names[key] = name;
  }
  return names;
}

/** What the provider calls the model, AI_MODELS first. */
export function providerIdOf(key: ModelKey): string {
  return parseModelNames(env().AI_MODELS ?? "")[key] ?? models[key].providerId;
}

/** Whether answers come from a real provider; without a key or an address the built-in model writes them. */
export const hasProvider = (): boolean => env().AI_API_KEY !== undefined || env().AI_BASE_URL !== undefined;
