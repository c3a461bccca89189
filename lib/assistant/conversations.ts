import type { SupabaseClient } from "@supabase/supabase-js";
import { isModelKey } from "@/lib/billing/rating";
import type { AccountId, UserId } from "@/lib/billing/units";
import type { Database } from "@/lib/supabase/database.types";
import { rpc } from "@/lib/supabase/rpc";
import type { AnswerFacts, AssistantMessage } from "./answer-facts";

type Client = SupabaseClient<Database>;
type MessageRow = Database["public"]["Tables"]["messages"]["Row"];

export interface ConversationName {
  id: string;
  title: string;
  updatedAt: Date;
}

const MOST_LISTED = 50;
/** The longest part of a conversation that is shown; PostgREST would cut silently at 1,000. */
const MOST_SHOWN = 400;

/**
 * A person's conversations for an account, newest first, at most 50.
 * @throws Error when the database cannot answer
 */
export async function listConversations(client: Client, account: AccountId): Promise<ConversationName[]> {
  const { data, error } = await client
    .from("conversations")
    .select("id, title, updated_at")
    .eq("account_id", account)
    .order("updated_at", { ascending: false })
    .limit(MOST_LISTED);
  if (error) throw new Error(`The conversations could not be read: ${error.message}`, { cause: error });
  return data.map((row) => ({ id: row.id, title: row.title, updatedAt: new Date(row.updated_at) }));
}

/** What is shown beneath an answer. */
export function factsOf(row: MessageRow): AnswerFacts {
  return {
    ...(row.model && isModelKey(row.model) ? { model: row.model } : {}),
    status: row.status as NonNullable<AnswerFacts["status"]>,
    inputTokens: row.input_tokens + row.cached_input_tokens,
    outputTokens: row.output_tokens + row.reasoning_tokens,
    credits: row.credits,
    estimated: row.estimated,
  };
}

function toMessage(row: MessageRow): AssistantMessage {
  const role = row.role === "user" ? "user" : "assistant";
  return {
    id: row.id,
    role,
    parts: row.content === "" ? [] : [{ type: "text", text: row.content }],
    ...(role === "assistant" ? { metadata: factsOf(row) } : {}),
  };
}

/**
 * A person's own conversation, its latest messages oldest first.
 * @param most - how many messages, at most 400
 * @returns null if there is none of that id for this person and account
 * @throws Error when the database cannot answer
 */
export async function readConversation(
  client: Client,
  account: AccountId,
  conversationId: string,
  most = MOST_SHOWN,
): Promise<{ title: string; messages: AssistantMessage[] } | null> {
  const [conversation, messages] = await Promise.all([
    client.from("conversations").select("title").eq("account_id", account).eq("id", conversationId).maybeSingle(),
    client
      .from("messages")
      .select("*")
      .eq("account_id", account)
      .eq("conversation_id", conversationId)
      .order("position", { ascending: false })
      .limit(Math.min(most, MOST_SHOWN)),
  ]);
  const error = conversation.error ?? messages.error;
  if (error) throw new Error(`The conversation could not be read: ${error.message}`, { cause: error });
  if (!conversation.data) return null;
  return { title: conversation.data.title, messages: (messages.data ?? []).reverse().map(toMessage) };
}

/**
 * How one answer stands: its text and what it cost so far.
 * @returns null if the person has no such answer
 */
export async function readAnswer(client: Client, account: AccountId, answerId: string): Promise<AnswerFacts | null> {
  const { data, error } = await client
    .from("messages")
    .select("*")
    .eq("account_id", account)
    .eq("id", answerId)
    .eq("role", "assistant")
    .maybeSingle();
  if (error) throw new Error(`The answer could not be read: ${error.message}`, { cause: error });
  return data && factsOf(data);
}

/** Deletes a person's own conversation for good. What it cost stays in the ledger. */
export function deleteConversation(
  account: AccountId,
  user: UserId,
  conversationId: string,
): Promise<{ ok: true } | { ok: false; code: "unknown_conversation" }> {
  return rpc("delete_conversation", { account_id: account, user_id: user, conversation_id: conversationId });
}
