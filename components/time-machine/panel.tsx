import type { ReactNode } from "react";
import type { Outcome, TimeMachine } from "@/lib/time-machine/state";
import type { TimeMachineActions } from "./actions";

export interface PanelProps {
  machine: TimeMachine;
  actions: TimeMachineActions;
  /** Does one thing, shows what came of it, and reads everything anew; answers whether it went well. */
  run(name: string, act: () => Promise<Outcome>): Promise<boolean>;
  /** The name of what is being done. */
  underWay: string | null;
}

export function Panel({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <h2 className="text-xs font-medium text-muted">{title}</h2>
      {children}
    </div>
  );
}
