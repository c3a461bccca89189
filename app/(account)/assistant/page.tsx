import { randomUUID } from "node:crypto";
import type { Metadata } from "next";
import { Chat } from "@/components/assistant/chat";
import { requireSession } from "@/lib/session";
import { chatSetting } from "./setting";

export const metadata: Metadata = { title: "Assistant" };

export default async function AssistantPage() {
  const session = await requireSession();
  return <Chat key={randomUUID()} messages={[]} {...(await chatSetting(session))} />;
}
