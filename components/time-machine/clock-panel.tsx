import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/progress";
import type { Move, TimeMachine } from "@/lib/time-machine/state";
import { Panel, type PanelProps } from "./panel";
import { writeDay, writeMoment } from "./words";

const MOVES: Array<[move: Move, label: string]> = [
  ["day", "+1 day"],
  ["week", "+1 week"],
  ["renewal", "To the next renewal"],
];

/** Moves the clock of the app and of the local Stripe, which only goes forward. */
export function ClockPanel({ machine, actions, run, underWay }: PanelProps) {
  const { moving, nextRenewal, now } = machine;
  return (
    <Panel title="The clock">
      <div className="flex flex-wrap gap-2">
        {MOVES.map(([move, label]) => (
          <Button
            key={move}
            size="sm"
            variant="secondary"
            pending={underWay === move}
            disabled={moving !== null || (move === "renewal" && !nextRenewal)}
            onClick={() => void run(move, () => actions.moveClock(move))}
          >
            {label}
          </Button>
        ))}
      </div>
      <div aria-live="polite" className="text-xs text-muted">
        {moving ? <Moving moving={moving} now={now} /> : <p>{renewalWords(nextRenewal)}</p>}
      </div>
    </Panel>
  );
}

function Moving({ moving, now }: { moving: NonNullable<TimeMachine["moving"]>; now: string }) {
  const [from, to, at] = [moving.from, moving.to ?? now, now].map((time) => Date.parse(time)) as [
    number,
    number,
    number,
  ];
  return (
    <div className="flex flex-col gap-2">
      <p>
        {moving.to ? `On the way to ${writeMoment(moving.to)}.` : "The clock is moving."} Everything due on the way is
        done.
      </p>
      <Progress value={at - from} max={Math.max(1, to - from)} label="The clock" valueText={`It is ${writeDay(now)}`} />
    </div>
  );
}

function renewalWords(nextRenewal: string | null): string {
  if (!nextRenewal) return "This account has no subscription that renews.";
  return `The next renewal is on ${writeDay(nextRenewal)}; the clock stops an hour later, when it has been charged.`;
}
