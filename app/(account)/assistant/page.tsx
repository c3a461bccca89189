import type { Metadata } from "next";
import { NewConversation } from "@/components/assistant/new-conversation";
import { requireSession } from "@/lib/session";
import { chatSetting } from "./setting";

export const metadata: Metadata = { title: "Assistant" };

export default async function AssistantPage() {
  const session = await requireSession();
  return <NewConversation {...(await chatSetting(session))} />;
}
