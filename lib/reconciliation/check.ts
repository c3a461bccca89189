import type { AlertKind } from "@/lib/billing/alerts";

/** What brings something in step: one of the verbs that an event would have set off. */
export type Mend =
  | { readonly what: "customer"; readonly customer: string }
  | { readonly what: "deleted"; readonly customer: string }
  | { readonly what: "session"; readonly session: string; readonly customer: string }
  | { readonly what: "payment"; readonly payment: string; readonly customer: string };

/** Two things that ought to agree and do not. */
export interface Finding {
  /** The sentence that is not true. */
  readonly rule: string;
  /** What it is about; a rule finds each thing once. */
  readonly key: string;
  readonly account: string | null;
  /** In plain words, what differs. */
  readonly text: string;
  readonly ours: string | null;
  readonly theirs: string | null;
  /** Null where only a person can decide. */
  readonly mend: Mend | null;
}

/** One answer of a list, compared. */
export interface Page {
  readonly findings: Finding[];
  /** How many things were looked at. */
  readonly checked: number;
  /** Objects that Stripe has, for a later phase that asks what it has not. */
  readonly seen?: string[];
  /** Where the next page begins; null at the end. */
  readonly next: string | null;
}

export interface Held {
  readonly id: string;
  readonly account: string;
  readonly customer: string;
}

/** A comparison under way. */
export interface Run {
  readonly startedAt: Date;
  /** How far back to look at what no longer changes, as a time; null looks at everything. */
  since(days: number): Date | null;
  /** A page of what is here and was not seen at Stripe in this run. */
  unseen(
    kind: "customer" | "subscription" | "invoice",
    from: Date | null,
    after: string,
  ): Promise<{ held: Held[]; next: string | null }>;
}

/** A part of a check: pages of one list, one after the other. */
export type Phase = (after: string | null, run: Run) => Promise<Page>;

/** What is compared with what, in pages. */
export interface Check {
  readonly key: string;
  readonly title: string;
  /** What holds when nothing is found. */
  readonly agrees: string;
  readonly alert: AlertKind;
  readonly needsDatabaseUrl?: boolean;
  readonly phases: readonly Phase[];
}

export const PAGE = 100;

/** Where a list of Stripe's goes on. */
export const nextOf = (list: { has_more: boolean; data: ReadonlyArray<{ id?: string | null }> }): string | null =>
  list.has_more ? (list.data.at(-1)?.id ?? null) : null;

export const startingAfter = (after: string | null): { starting_after?: string } =>
  after === null ? {} : { starting_after: after };

/** Stripe's filter for what was made since a time. */
export const createdSince = (since: Date | null): { created?: { gte: number } } =>
  since === null ? {} : { created: { gte: Math.floor(since.getTime() / 1000) } };
