import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { z } from "zod";
import { Chat } from "@/components/assistant/chat";
import { readConversation } from "@/lib/assistant/conversations";
import { requireSession } from "@/lib/session";
import { userClient } from "@/lib/supabase/server";
import { chatSetting } from "../setting";

export const metadata: Metadata = { title: "Assistant" };

export default async function ConversationPage({ params }: PageProps<"/assistant/[conversationId]">) {
  const { conversationId } = await params;
  if (!z.uuid().safeParse(conversationId).success) notFound();
  const session = await requireSession();
  const [conversation, setting] = await Promise.all([
    readConversation(await userClient(), session.account.id, conversationId),
    chatSetting(session),
  ]);
  if (!conversation) notFound();
  const { title, messages } = conversation;
  return <Chat key={conversationId} conversationId={conversationId} title={title} messages={messages} {...setting} />;
}
