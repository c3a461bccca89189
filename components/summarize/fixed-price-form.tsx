"use client";

import { type ReactNode, useActionState, useEffect, useState } from "react";
import { setBalance } from "@/components/frame/balance";
import { AnswerText } from "@/components/ui/answer-text";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { newId } from "@/components/ui/new-id";
import { Textarea } from "@/components/ui/textarea";
import { formatCredits } from "@/lib/billing/format";

interface Charged {
  charged: number;
  available: number;
}
interface Report {
  words: number;
  sentences: number;
  minutesToRead: number;
  wordsPerSentence: number;
  longWordsPercent: number;
  verdict: string;
}
type State<T> =
  | { ok: true; data: T & Charged }
  | { ok: false; message: string; fields?: Record<string, string[]> }
  | null;
type Action<T> = (last: State<T>, form: FormData) => Promise<State<T>>;

interface FixedPriceFormProps {
  /** Who pays, as this page knows it. */
  account: string;
  /** Under which the first press is charged; each further press has an id of its own. */
  firstRequestId: string;
  prices: { summarize: number; readability: number };
  summarize: Action<{ summary: string }>;
  measure: Action<{ report: Report }>;
}

function Result({ title, charged, children }: { title: string; charged: number; children: ReactNode }) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>{title}</CardTitle>
      </CardHeader>
      <CardContent className="flex flex-col gap-3">
        {children}
        <p className="text-xs text-muted tabular-nums">{formatCredits(charged)} credits</p>
      </CardContent>
    </Card>
  );
}

function ReportText({ report }: { report: Report }) {
  const facts = [
    [`${formatCredits(report.words)} words in ${formatCredits(report.sentences)} sentences`],
    [`About ${formatCredits(report.minutesToRead)} min to read`],
    [`${formatCredits(report.wordsPerSentence)} words a sentence, ${report.longWordsPercent} % long words`],
  ];
  return (
    <>
      <p className="font-medium">{report.verdict}</p>
      <ul className="list-disc space-y-1 pl-5 tabular-nums">
        {facts.map(([fact]) => (
          <li key={fact}>{fact}</li>
        ))}
      </ul>
    </>
  );
}

/** A text, and what can be done with it for a fixed price. */
export function FixedPriceForm({ account, firstRequestId, prices, summarize, measure }: FixedPriceFormProps) {
  const [text, setText] = useState("");
  const [requestId, setRequestId] = useState(firstRequestId);
  const [summary, sendSummary, summarizing] = useActionState(summarize, null);
  const [report, sendReport, measuring] = useActionState(measure, null);
  const [latest, setLatest] = useState<"summary" | "report">("summary");
  const state = latest === "summary" ? summary : report;
  const problem = state && !state.ok ? state : undefined;

  useEffect(() => {
    if (!state) return;
    setRequestId(newId());
    if (state.ok) setBalance(state.data.available);
  }, [state]);

  return (
    <div className="flex flex-col gap-6">
      <form className="flex flex-col gap-4">
        <input type="hidden" name="account" value={account} />
        <input type="hidden" name="requestId" value={requestId} />
        <Field label="Text" errors={problem?.fields?.text}>
          {(control) => (
            <Textarea
              {...control}
              name="text"
              rows={12}
              required
              minLength={40}
              maxLength={20_000}
              value={text}
              onChange={(event) => setText(event.target.value)}
              placeholder="Paste an article, a report, a long mail…"
            />
          )}
        </Field>
        {problem && !problem.fields && (
          <p role="alert" className="text-13 text-danger">
            {problem.message}
          </p>
        )}
        <div className="flex flex-wrap gap-3">
          <Button type="submit" pending={summarizing} formAction={sendSummary} onClick={() => setLatest("summary")}>
            Summarize: {formatCredits(prices.summarize)} credits
          </Button>
          <Button
            type="submit"
            variant="secondary"
            pending={measuring}
            formAction={sendReport}
            onClick={() => setLatest("report")}
          >
            Check readability: {formatCredits(prices.readability)} credits
          </Button>
        </div>
      </form>
      <div aria-live="polite" className="flex flex-col gap-4">
        {summary?.ok && (
          <Result title="Summary" charged={summary.data.charged}>
            <AnswerText>{summary.data.summary}</AnswerText>
          </Result>
        )}
        {report?.ok && (
          <Result title="Readability" charged={report.data.charged}>
            <ReportText report={report.data.report} />
          </Result>
        )}
      </div>
    </div>
  );
}
