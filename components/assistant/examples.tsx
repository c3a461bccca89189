const examples = [
  "Compare charging per seat with charging per use for an AI product",
  "Write a short, friendly email that tells customers our prices change on 1 March",
  "Plan the launch of a small SaaS in 30 days, week by week",
];

interface ExamplesProps {
  onPick: (prompt: string) => void;
}

/** What an empty conversation shows: what this is, and three questions to start with. */
export function Examples({ onPick }: ExamplesProps) {
  return (
    <div className="flex flex-1 flex-col justify-center gap-6 py-8">
      <div className="flex flex-col gap-1">
        <h1 className="text-2xl font-semibold tracking-tight">What can I do for you?</h1>
        <p className="text-muted">
          You see what a question costs before you send it, and beneath each answer what it did cost.
        </p>
      </div>
      <ul className="flex flex-col gap-2">
        {examples.map((example) => (
          <li key={example}>
            <button
              type="button"
              onClick={() => onPick(example)}
              className="w-full rounded-lg border border-border bg-surface px-4 py-3 text-left transition-colors hover:border-border-strong hover:bg-surface-2"
            >
              {example}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
