import "server-only";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { ModelKey } from "@/lib/billing/catalogue";
import { env } from "@/lib/env";
import { builtInModel } from "./built-in";
import { hasProvider, providerIdOf, reasons } from "./models";

const OPENAI = "https://api.openai.com/v1";

/** OpenAI's reasoning models refuse `max_tokens`; other servers know nothing else. */
function inOpenAIsWords({ max_tokens, ...body }: Record<string, unknown>): Record<string, unknown> {
  return max_tokens === undefined ? body : { ...body, max_completion_tokens: max_tokens };
}

/**
 * The model behind one of our model keys: any OpenAI-compatible provider, or the built-in model when none is set up.
 * It is not metered; wrap it before a customer's request reaches it.
 */
export function languageModel(key: ModelKey): LanguageModelV4 {
  if (!hasProvider()) return builtInModel({ key, reasons: reasons(key) });
  const baseURL = env().AI_BASE_URL ?? OPENAI;
  const provider = createOpenAICompatible({
    name: "provider",
    baseURL,
    apiKey: env().AI_API_KEY,
    includeUsage: true,
    transformRequestBody: new URL(baseURL).hostname === new URL(OPENAI).hostname ? inOpenAIsWords : undefined,
  });
  return provider.chatModel(providerIdOf(key));
}
