import { countTokens, encode } from "gpt-tokenizer/encoding/o200k_base";
import { type Tokens, tokens } from "@/lib/billing/units";

/** Longest piece given to the tokenizer at once: its time grows with the square of an unbroken run of one character. */
const PIECE_CHARACTERS = 400;
/** What a chat format adds around each message, as the providers count it. */
const TOKENS_PER_MESSAGE = 4;
const AS_PLAIN_TEXT = { disallowedSpecial: new Set<string>() };

function* piecesOf(text: string): Generator<string> {
  let start = 0;
  while (start < text.length) {
    let end = Math.min(start + PIECE_CHARACTERS, text.length);
    if (end < text.length) {
      const space = text.lastIndexOf(" ", end);
      if (space > start) end = space;
    }
    yield text.slice(start, end);
    start = end;
  }
}

/**
 * Counts the tokens of a text with the o200k tokenizer.
 * @param text - any text, hostile text too; the time it takes grows with its length only
 * @returns the tokens; a few too many for very long words, never too few
 */
export function countTextTokens(text: string): Tokens {
  let sum = 0;
  for (const piece of piecesOf(text)) sum += countTokens(piece, AS_PLAIN_TEXT);
  return tokens(sum);
}

/**
 * Splits a text into the ids a model would read.
 * @returns token ids of the o200k tokenizer, in order
 */
export function tokenIdsOf(text: string): number[] {
  return [...piecesOf(text)].flatMap((piece) => encode(piece, AS_PLAIN_TEXT));
}

type PromptPart = { type: string; text?: string };
type PromptMessage = { role: string; content: string | readonly PromptPart[] };

/** The text of a prompt's message; parts that are not text count as the JSON a provider would be sent. */
export function textOfMessage(message: PromptMessage): string {
  if (typeof message.content === "string") return message.content;
  return message.content.map((part) => part.text ?? JSON.stringify(part)).join("\n");
}

/**
 * Counts the tokens of a whole prompt, with what a chat format adds around each message.
 * @param prompt - messages in the shape of the AI SDK, or plain `{ role, content }`
 */
export function countPromptTokens(prompt: readonly PromptMessage[]): Tokens {
  const texts = prompt.map((message) => TOKENS_PER_MESSAGE + countTextTokens(textOfMessage(message)));
  return tokens(texts.reduce((sum, count) => sum + count, 0));
}
