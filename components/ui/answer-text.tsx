import Markdown, { type Components } from "react-markdown";

const components: Components = {
  p: ({ children }) => <p className="leading-6">{children}</p>,
  ul: ({ children }) => <ul className="list-disc space-y-1 pl-5 leading-6">{children}</ul>,
  ol: ({ children, start }) => (
    <ol start={start} className="list-decimal space-y-1 pl-5 leading-6">
      {children}
    </ol>
  ),
  a: ({ children, href }) => (
    <a href={href} target="_blank" rel="noreferrer" className="text-accent underline underline-offset-2">
      {children}
    </a>
  ),
  h1: ({ children }) => <h3 className="pt-2 text-base font-semibold">{children}</h3>,
  h2: ({ children }) => <h3 className="pt-2 text-base font-semibold">{children}</h3>,
  h3: ({ children }) => <h4 className="pt-1 font-semibold">{children}</h4>,
  h4: ({ children }) => <h4 className="pt-1 font-semibold">{children}</h4>,
  strong: ({ children }) => <strong className="font-semibold">{children}</strong>,
  blockquote: ({ children }) => (
    <blockquote className="space-y-2 border-l-2 border-border-strong pl-4 text-muted">{children}</blockquote>
  ),
  hr: () => <hr className="border-border" />,
  code: ({ children }) => <code className="rounded-sm bg-surface-2 px-1 py-0.5 font-mono text-13">{children}</code>,
  pre: ({ children }) => (
    <pre
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="overflow-x-auto rounded-lg border border-border bg-surface-2 p-3 text-13 leading-5 [&_code]:p-0"
    >
      {children}
    </pre>
  ),
  img: ({ alt }) => <span className="text-muted">[{alt || "picture"}]</span>,
};

/** Text of a model as Markdown. HTML in it stays text, pictures are not loaded, and links open in a new tab. */
export function AnswerText({ children }: { children: string }) {
  return (
    <div className="space-y-3 wrap-anywhere">
      <Markdown components={components}>{children}</Markdown>
    </div>
  );
}
