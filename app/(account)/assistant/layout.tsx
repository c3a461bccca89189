import type { ReactNode } from "react";
import { History } from "@/components/assistant/history";
import { listConversations } from "@/lib/assistant/conversations";
import { requireSession } from "@/lib/session";
import { userClient } from "@/lib/supabase/server";
import { deleteForGood } from "./actions";

export default async function AssistantLayout({ children }: { children: ReactNode }) {
  const session = await requireSession();
  const conversations = await listConversations(await userClient(), session.account.id);
  return (
    <div className="flex flex-1 flex-col xl:flex-row xl:gap-8">
      <History conversations={conversations.map(({ id, title }) => ({ id, title }))} onDelete={deleteForGood} />
      {children}
    </div>
  );
}
