"use client";

import type { Route } from "next";
import { usePathname } from "next/navigation";
import { useEffect, useState } from "react";
import { newId } from "@/components/ui/new-id";
import { Chat, type ChatProps } from "./chat";

const START: Route = "/assistant";

/**
 * A conversation still to begin. Once it has begun the address names it, without a change of page; so whoever comes
 * back to the start gets a fresh one, and whoever goes back to another address gets what belongs there.
 */
export function NewConversation(props: Omit<ChatProps, "conversationId" | "title" | "messages">) {
  const path = usePathname();
  const [current, setCurrent] = useState(() => ({ id: newId(), path }));
  if (current.path !== path) setCurrent({ id: path === START ? newId() : current.id, path });

  const isElsewhere = path.startsWith(`${START}/`) && path !== `${START}/${current.id}`;
  useEffect(() => {
    if (isElsewhere) window.location.reload();
  }, [isElsewhere]);

  return <Chat key={current.id} conversationId={current.id} messages={[]} {...props} />;
}
