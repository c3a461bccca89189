import type { ReactNode } from "react";
import { Banner } from "@/components/ui/banner";

interface LegalPageProps {
  title: string;
  /** The day the text was last changed, as people read it. */
  changed: string;
  children: ReactNode;
}

/** A page of legal text. The banner goes when the founder has replaced the text. */
export function LegalPage({ title, changed, children }: LegalPageProps) {
  return (
    <article className="page-width flex flex-col gap-6 py-12 md:py-16">
      <header className="flex flex-col gap-1">
        <h1 className="text-3xl font-semibold tracking-tight">{title}</h1>
        <p className="text-13 text-muted">Last changed on {changed}</p>
      </header>
      <Banner tone="warning" title="A starting text, not legal advice" className="max-w-3xl">
        It says what this software does. Whoever runs this site replaces it with a text their lawyer has read.
      </Banner>
      <div className="flex max-w-2xl flex-col gap-4 text-base [&_a]:text-accent [&_a]:underline [&_a]:underline-offset-4 [&_h2]:mt-4 [&_h2]:text-lg [&_h2]:font-semibold [&_li]:ml-5 [&_li]:list-disc">
        {children}
      </div>
    </article>
  );
}
