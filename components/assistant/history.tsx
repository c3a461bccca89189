"use client";

import { History as HistoryIcon, Plus, Trash2 } from "lucide-react";
import type { Route } from "next";
import Link from "next/link";
import { usePathname, useRouter } from "next/navigation";
import { Button } from "@/components/ui/button";
import { buttonVariants } from "@/components/ui/button-variants";
import { cn } from "@/components/ui/cn";
import { Confirm } from "@/components/ui/confirm";
import { Sheet, SheetContent, SheetTrigger } from "@/components/ui/sheet";
import { type HistoryItem, useHistory } from "./history-additions";

interface HistoryProps {
  conversations: HistoryItem[];
  /** Deletes for good. Answers a sentence if it could not. */
  onDelete: (conversationId: string) => Promise<string | undefined>;
}

const NEW: Route = "/assistant";

function Item({
  item,
  current,
  onDelete,
}: {
  item: HistoryItem;
  current: boolean;
  onDelete: HistoryProps["onDelete"];
}) {
  return (
    <li className={cn("group flex items-center rounded-md", current ? "bg-surface-2" : "hover:bg-surface-2")}>
      <Link
        href={`/assistant/${item.id}` as Route}
        aria-current={current ? "page" : undefined}
        className={cn("min-w-0 flex-1 truncate rounded-md px-2 py-1.5 text-13", current ? "font-medium" : "text-muted")}
      >
        {item.title}
      </Link>
      <Confirm
        trigger={
          <button
            type="button"
            aria-label={`Delete "${item.title}"`}
            className="grid size-8 shrink-0 place-items-center rounded-md text-muted group-focus-within:opacity-100 group-hover:opacity-100 hover:text-danger focus-visible:opacity-100 lg:opacity-0"
          >
            <Trash2 aria-hidden="true" className="size-4" />
          </button>
        }
        title="Delete this conversation?"
        confirmLabel="Delete"
        onConfirm={() => onDelete(item.id)}
      >
        <p>
          All questions and answers of <strong className="font-medium text-foreground">{item.title}</strong> are lost.
          What they cost stays in your usage, and no credits come back.
        </p>
      </Confirm>
    </li>
  );
}

function List({ conversations, onDelete }: HistoryProps) {
  const path = usePathname();
  if (conversations.length === 0) {
    return <p className="px-2 text-13 text-muted">Your conversations will be listed here.</p>;
  }
  return (
    <ul className="flex flex-col gap-0.5">
      {conversations.map((item) => (
        <Item key={item.id} item={item} current={path === `/assistant/${item.id}`} onDelete={onDelete} />
      ))}
    </ul>
  );
}

/** Earlier conversations: a column beside the conversation, a sheet where there is no room for one. */
export function History({ conversations, onDelete }: HistoryProps) {
  const router = useRouter();
  const path = usePathname();
  const [listed, forget] = useHistory(conversations);

  async function remove(conversationId: string): Promise<string | undefined> {
    const problem = await onDelete(conversationId);
    if (problem) return problem;
    forget(conversationId);
    if (path === `/assistant/${conversationId}`) router.push(NEW);
    router.refresh();
    return undefined;
  }

  const props: HistoryProps = { conversations: listed, onDelete: remove };
  return (
    <>
      <nav
        aria-label="Conversations"
        className="sticky top-8 hidden h-fit max-h-[calc(100dvh-4rem)] w-52 shrink-0 flex-col gap-3 overflow-y-auto xl:flex"
      >
        <Link href={NEW} prefetch={false} className={buttonVariants({ variant: "secondary", size: "sm" })}>
          <Plus aria-hidden="true" /> New conversation
        </Link>
        <List {...props} />
      </nav>
      <div className="mb-4 flex justify-between gap-2 xl:hidden">
        <Sheet>
          <SheetTrigger
            render={
              <Button variant="ghost" size="sm">
                <HistoryIcon aria-hidden="true" /> Conversations
              </Button>
            }
          />
          <SheetContent title="Conversations">
            <div className="p-4 pt-14">
              <List {...props} />
            </div>
          </SheetContent>
        </Sheet>
        <Link href={NEW} prefetch={false} className={buttonVariants({ variant: "secondary", size: "sm" })}>
          <Plus aria-hidden="true" /> New
        </Link>
      </div>
    </>
  );
}
