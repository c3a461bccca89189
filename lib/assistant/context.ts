import { countTextTokens } from "@/lib/ai/tokens";

export interface Turn {
  role: "user" | "assistant";
  content: string;
}

/** Earlier turns sent along with a question take at most so many tokens: every one of them is paid for again. */
const MOST_CONTEXT_TOKENS = 6_000;
/** No more turns than this are looked at, so that a question costs no more to prepare in a long conversation. */
export const MOST_CONTEXT_TURNS = 40;

/**
 * Chooses what a model is told of a conversation: the question, and as many of the latest turns as fit.
 * Questions without an answer and answers without a word are left out, so that turns alternate.
 * @param turns - earlier turns, oldest first
 * @returns turns, oldest first, ending with the question
 */
export function contextFor(turns: readonly Turn[], question: string, mostTokens = MOST_CONTEXT_TOKENS): Turn[] {
  const pairs: Turn[][] = [];
  for (const [index, turn] of turns.entries()) {
    const asked = turns[index - 1];
    if (turn.role === "assistant" && turn.content !== "" && asked?.role === "user") pairs.push([asked, turn]);
  }
  const chosen: Turn[] = [];
  let left = mostTokens;
  for (const pair of pairs.reverse()) {
    left -= pair.reduce((sum, turn) => sum + countTextTokens(turn.content), 0);
    if (left < 0) break;
    chosen.unshift(...pair);
  }
  return [...chosen, { role: "user", content: question }];
}

const TITLE_CHARACTERS = 60;

/** The first words of a question, as the name of its conversation. */
export function titleFor(question: string): string {
  const line = question.replace(/\s+/g, " ").trim();
  if (line.length <= TITLE_CHARACTERS) return line;
  const cut = line.slice(0, TITLE_CHARACTERS).replace(/\p{Cs}$/u, "");
  return `${cut.slice(0, cut.lastIndexOf(" ") > 20 ? cut.lastIndexOf(" ") : cut.length)}…`;
}
