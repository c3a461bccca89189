import { Button } from "@/components/ui/button";
import type { Report } from "@/lib/time-machine/state";
import type { PanelProps } from "./panel";
import { writeDay, writeMoment } from "./words";

/** What happened while the clock moved. */
export function ReportPanel({ machine, actions, run }: PanelProps) {
  const { report, moving } = machine;
  if (!report || moving) return null;
  return (
    <div className="flex flex-col gap-2 rounded-md border border-border p-3">
      <div className="flex items-start justify-between gap-4">
        <h2 className="font-medium">
          From {writeDay(report.from)} to {writeDay(report.to)}
        </h2>
        <Button
          size="sm"
          variant="ghost"
          className="-my-1"
          onClick={() =>
            void run("dismiss", async () => {
              await actions.dismissReport();
              return { ok: true, message: "" };
            })
          }
        >
          Put away
        </Button>
      </div>
      <p role="status">{summary(report)}</p>
      {report.mine.length > 0 && (
        <ol className="flex flex-col gap-1">
          {report.mine.map(({ at, text, href }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list is drawn once and never reordered
            <li key={index} className="grid gap-x-4 sm:grid-cols-[9.5rem_1fr]">
              <time dateTime={at} className="text-xs leading-5 text-muted tabular-nums">
                {writeMoment(at)}
              </time>
              {href ? (
                <a
                  href={href}
                  target="_blank"
                  rel="noreferrer"
                  className="w-fit text-accent underline underline-offset-4"
                >
                  {text}
                </a>
              ) : (
                <span>{text}</span>
              )}
            </li>
          ))}
        </ol>
      )}
      {report.problems.map((problem) => (
        <p key={problem} className="text-danger">
          {problem}
        </p>
      ))}
    </div>
  );
}

const things = (count: number) => `${count} ${count === 1 ? "thing" : "things"}`;

function summary({ mine, others }: Report): string {
  if (mine.length === 0) {
    return others === 0 ? "Nothing happened." : `Nothing happened to this account, and ${things(others)} to others.`;
  }
  return `${things(mine.length)} happened to this account${others === 0 ? "" : `, and ${others} to others`}:`;
}
