import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import type { ChangeWords, Line } from "./change-words";

function Lines({ lines }: { lines: readonly Line[] }) {
  return (
    <dl className="flex flex-col divide-y divide-border">
      {lines.map(({ label, value, isSum }) => (
        <div
          key={label}
          className={cn("flex items-baseline justify-between gap-6 py-2.5", isSum ? "font-semibold" : "text-muted")}
        >
          <dt className="min-w-0">{label}</dt>
          <dd className={cn("shrink-0 text-right tabular-nums", !isSum && "text-foreground")}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Sentences under a small heading. */
export function Sentences({ title, sentences }: { title: string; sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <section className="flex flex-col gap-2">
      <h2 className="text-sm font-semibold">{title}</h2>
      <ul className="flex list-disc flex-col gap-1 pl-5 text-sm text-muted">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </section>
  );
}

/** What a change costs and brings, side by side, before it is made. */
export function ChangePreview({ words }: { words: ChangeWords }) {
  return (
    <div className="grid items-start gap-4 md:grid-cols-2">
      <Card>
        <CardHeader>
          <CardTitle>Money</CardTitle>
        </CardHeader>
        <CardContent className="pt-2 pb-3">
          <Lines lines={words.money} />
        </CardContent>
      </Card>
      <Card>
        <CardHeader>
          <CardTitle>Credits</CardTitle>
        </CardHeader>
        <CardContent className="pt-2 pb-3">
          <Lines lines={words.credits} />
        </CardContent>
      </Card>
    </div>
  );
}
