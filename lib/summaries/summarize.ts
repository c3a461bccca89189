import "server-only";
import { generateText } from "ai";
import { languageModel } from "@/lib/ai/provider";

const INSTRUCTIONS =
  "Summarize the text in three to five short points, in its own language, in Markdown, without tables. Say nothing that the text does not say.";
const LONGEST_SECONDS = 60;

/**
 * Summarizes a text. It is not metered by tokens: it has a fixed price, whoever calls it charges for it.
 * @throws what the provider throws, and a TimeoutError after a minute
 */
export async function summarize(text: string): Promise<string> {
  const { text: summary } = await generateText({
    model: languageModel("small-1"),
    instructions: INSTRUCTIONS,
    prompt: `Summarize this text:\n${text}`,
    maxOutputTokens: 500,
    maxRetries: 1,
    abortSignal: AbortSignal.timeout(LONGEST_SECONDS * 1_000),
  });
  return summary;
}
