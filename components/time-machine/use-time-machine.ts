import { usePathname, useRouter } from "next/navigation";
import { useCallback, useEffect, useRef, useState } from "react";
import type { TimeMachine } from "@/lib/time-machine/state";

const ADDRESS = "/api/time-machine";
const LOOK_EVERY_MS = 400;

async function read<T>(query = ""): Promise<T | null> {
  const answer = await fetch(`${ADDRESS}${query}`, { cache: "no-store" }).catch(() => null);
  return answer?.ok ? ((await answer.json()) as T) : null;
}

/** What the time machine shows, read anew on every page; while the clock moves, its date is followed. */
export function useTimeMachine(): { machine: TimeMachine | null; reload: () => Promise<void> } {
  const [machine, setMachine] = useState<TimeMachine | null>(null);
  const path = usePathname();
  const router = useRouter();
  const isMoving = machine?.moving != null;
  const hasMoved = useRef(false);

  const reload = useCallback(async () => {
    const found = await read<TimeMachine>();
    if (found) setMachine(found);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another page may mean another person or account.
  useEffect(() => {
    void reload();
  }, [reload, path]);

  useEffect(() => {
    if (!isMoving) {
      if (hasMoved.current) router.refresh();
      hasMoved.current = false;
      return;
    }
    hasMoved.current = true;
    let timer: ReturnType<typeof setTimeout>;
    let isOver = false;
    const follow = async () => {
      const seen = await read<Pick<TimeMachine, "now" | "moving">>("?only=clock");
      if (isOver) return;
      if (seen?.moving) setMachine((last) => last && { ...last, ...seen });
      else await reload();
      if (!isOver) timer = setTimeout(() => void follow(), LOOK_EVERY_MS);
    };
    timer = setTimeout(() => void follow(), LOOK_EVERY_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [isMoving, reload, router]);

  return { machine, reload };
}
