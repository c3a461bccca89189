import type { AnswerFacts } from "./message";

const ATTEMPTS = 25;
const PAUSE_MILLISECONDS = 200;

/**
 * Asks what an answer cost that this page no longer listens to, until it is billed.
 * @returns null if it was never begun, or cannot be asked about
 */
export async function waitForFacts(answerId: string): Promise<AnswerFacts | null> {
  let facts: AnswerFacts | null = null;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const response = await fetch(`/api/assistant/${answerId}`).catch(() => null);
    if (response?.ok) facts = (await response.json()) as AnswerFacts;
    if (facts && facts.status !== "pending") return facts;
    if (response?.status === 404 && attempt > 4) return null;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
  }
  return facts;
}
