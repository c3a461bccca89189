import { CopyButton } from "@/components/ui/copy-button";

/** A command that reports one use; a second run with the same key changes nothing. */
function curlOf(endpoint: string, apiKey: string): string {
  return [
    `curl ${endpoint} \\`,
    `  -H "Authorization: Bearer ${apiKey}" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '{"events": [{"key": "job-1", "model": "small-1", "feature": "api",`,
    `        "input_tokens": 1200, "cached_input_tokens": 0,`,
    `        "output_tokens": 300, "reasoning_tokens": 0}]}'`,
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
      <pre className="rounded-md border border-border bg-surface-2 p-3 font-mono text-xs wrap-anywhere whitespace-pre-wrap">
        {command}
      </pre>
    </figure>
  );
}
