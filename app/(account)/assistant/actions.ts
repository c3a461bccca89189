"use server";

import { z } from "zod";
import { deleteConversation } from "@/lib/assistant/conversations";
import { getSession } from "@/lib/session";

/** Deletes one of the person's own conversations. Answers a sentence if it could not. */
export async function deleteForGood(conversationId: string): Promise<string | undefined> {
  const session = await getSession();
  if (!session) return "You are signed out. Sign in again in another tab, then try again.";
  const id = z.uuid().safeParse(conversationId);
  if (!id.success) return "This conversation does not exist.";
  await deleteConversation(session.account.id, session.user.id, id.data);
  return undefined;
}
