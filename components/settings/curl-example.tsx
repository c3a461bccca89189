import { CopyButton } from "@/components/ui/copy-button";

/** A command that reports one use; a second run with the same key changes nothing. */
function curlOf(endpoint: string, apiKey: string): string {
  const event = {
    key: "job-1",
    model: "small-1",
    feature: "api",
    input_tokens: 1200,
    cached_input_tokens: 0,
    output_tokens: 300,
    reasoning_tokens: 0,
  };
  return [
    `curl ${endpoint} \\`,
    `  -H "Authorization: Bearer ${apiKey}" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '${JSON.stringify({ events: [event] })}'`,
  ].join("\n");
}

interface CurlExampleProps {
  endpoint: string;
  apiKey: string;
}

export function CurlExample({ endpoint, apiKey }: CurlExampleProps) {
  const command = curlOf(endpoint, apiKey);
  return (
    <figure className="flex flex-col gap-2">
      <figcaption className="flex flex-wrap items-center justify-between gap-2 text-13 text-muted">
        Report tokens that your own program used. Sending an event again under the same key changes nothing.
        <CopyButton value={command} label="Copy command" />
      </figcaption>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label="Command"
        className="overflow-x-auto rounded-md border border-border bg-surface-2 p-3"
      >
        <pre className="font-mono text-xs">{command}</pre>
      </section>
    </figure>
  );
}
