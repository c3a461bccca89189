"use client";

import { ChevronDown, Clock, ExternalLink } from "lucide-react";
import { useState } from "react";
import { cn } from "@/components/ui/cn";
import type { Outcome } from "@/lib/time-machine/state";
import type { TimeMachineActions } from "./actions";
import { ClockPanel } from "./clock-panel";
import { DeliveriesPanel } from "./deliveries-panel";
import { PersonPanel } from "./person-panel";
import { ReportPanel } from "./report-panel";
import "./time-machine.css";
import { useFolded } from "./use-folded";
import { useTimeMachine } from "./use-time-machine";
import { writeMoment } from "./words";

/** Above every page in local mode: who one is, what time it is, and what Stripe does to us. Folded it is one line. */
export function Toolbar({ actions }: { actions: TimeMachineActions }) {
  const { machine, reload } = useTimeMachine();
  const [isFolded, fold] = useFolded();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [underWay, setUnderWay] = useState<string | null>(null);

  async function run(name: string, act: () => Promise<Outcome>): Promise<boolean> {
    if (underWay) return false;
    setUnderWay(name);
    setOutcome(null);
    try {
      const answer = await act();
      setOutcome(answer);
      await reload();
      return answer.ok;
    } catch {
      setOutcome({ ok: false, message: "That did not work. The terminal of npm run dev says why." });
      return false;
    } finally {
      setUnderWay(null);
    }
  }

  const panel = machine && { machine, actions, run, underWay };
  return (
    <section
      aria-label="Time machine"
      data-time-machine=""
      className="fixed inset-x-0 top-0 z-30 h-8 border-b border-border-strong bg-surface-2 text-13 print:hidden"
    >
      <div className="flex h-full items-center gap-3 px-4">
        <Clock aria-hidden="true" className="size-3.5 shrink-0 text-muted" />
        <p className="min-w-0 flex-1 truncate text-xs text-muted">
          {machine ? (
            <>
              <span className="font-medium text-foreground tabular-nums">{writeMoment(machine.now)}</span>
              {machine.moving && <span> · moving</span>}
              {machine.who && <span className="max-sm:hidden"> · {machine.who.email}</span>}
            </>
          ) : (
            "Local mode"
          )}
        </p>
        <button
          type="button"
          aria-expanded={!isFolded}
          aria-controls="time-machine-panel"
          onClick={() => {
            fold(!isFolded);
            if (isFolded) void reload();
          }}
          className="flex h-6 items-center gap-1 rounded-sm px-2 text-xs font-medium hover:bg-surface"
        >
          Time machine
          <ChevronDown
            aria-hidden="true"
            className={cn("size-3.5 transition-transform motion-reduce:transition-none", !isFolded && "rotate-180")}
          />
        </button>
      </div>
      <p aria-live="polite" className="sr-only">
        {outcome?.message ?? ""}
      </p>
      <div
        id="time-machine-panel"
        hidden={isFolded}
        className="absolute inset-x-0 top-full mt-px max-h-[75dvh] overflow-y-auto border-b border-border-strong bg-surface px-4 py-4 shadow-popup"
      >
        {panel ? (
          <div className="mx-auto flex max-w-(--container-page) flex-col gap-5">
            <div className="grid gap-x-8 gap-y-5 md:grid-cols-2 xl:grid-cols-3">
              <ClockPanel {...panel} />
              <PersonPanel {...panel} />
              <DeliveriesPanel {...panel} />
            </div>
            {outcome && !outcome.ok && (
              <p role="alert" className="text-danger">
                {outcome.message}
              </p>
            )}
            {outcome?.ok && !machine?.moving && !machine?.report && (
              <p aria-hidden="true" className="text-success">
                {outcome.message}
              </p>
            )}
            <ReportPanel {...panel} />
            <p className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-border pt-3 text-xs text-muted">
              Only in local mode.
              {machine?.links.map(({ label, href }) => (
                <a
                  key={href}
                  href={href}
                  target="_blank"
                  rel="noreferrer"
                  className="inline-flex items-center gap-1 text-accent underline underline-offset-4"
                >
                  {label}
                  <ExternalLink aria-hidden="true" className="size-3" />
                </a>
              ))}
            </p>
          </div>
        ) : (
          <p className="text-muted">Asking the local Stripe what time it is…</p>
        )}
      </div>
    </section>
  );
}
