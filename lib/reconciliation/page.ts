import { askAboutCustomer, askAboutDeleted, askAboutPayment, askAboutSession } from "@/lib/events/reconcile";
import type { Finding, Mend, Page, Phase, Run } from "./check";

/** A finding, and whether asking again has brought it in step. */
export type Judged = Finding & { readonly isMended: boolean };

export interface JudgedPage {
  readonly findings: Judged[];
  readonly checked: number;
  readonly seen: string[];
  readonly next: string | null;
  /** More may be mended than one step does: the same page is due again, after so many that stay as they are. Else null. */
  readonly again: number | null;
}

function apply(mend: Mend): Promise<void> {
  switch (mend.what) {
    case "customer":
      return askAboutCustomer(mend.customer);
    case "deleted":
      return askAboutDeleted(mend.customer);
    case "session":
      return askAboutSession(mend.session);
    case "payment":
      return askAboutPayment(mend.payment, mend.customer);
  }
}

/** What can be asked about again, each thing once, in the order of the findings. */
const mendsOf = ({ findings }: Page): Mend[] => [
  ...new Map(findings.flatMap(({ mend }) => (mend ? [[JSON.stringify(mend), mend] as const] : []))).values(),
];

const idOfFinding = ({ rule, key }: Finding) => `${rule} ${key}`;
const asIs = (findings: readonly Finding[]): Judged[] => findings.map((finding) => ({ ...finding, isMended: false }));

/** Asks again about each thing once. One that cannot be mended now keeps nobody else from it. */
async function mendSome(mends: readonly Mend[]): Promise<void> {
  for (const mend of mends)
    await apply(mend).catch((error: unknown) => {
      console.error(`What differs could not be asked about again (${JSON.stringify(mend)}).`, error);
    });
}

/**
 * Compares one page and, if wanted, brings in step what differs: through the verbs that an event would have set off,
 * which ask Stripe and write what follows, each thing once. Then the page is compared again: what is gone was mended.
 * @param o.mends how many things may be asked about again; 0 only compares
 * @param o.tried how many of this page's were asked about before and stayed as they are: they come first and are passed over
 * @throws Error if Stripe or the database cannot answer
 */
export async function comparePage(o: {
  phase: Phase;
  after: string | null;
  run: Run;
  mends: number;
  tried: number;
}): Promise<JudgedPage> {
  const before: Page = await o.phase(o.after, o.run);
  const wanted = mendsOf(before);
  const page = { checked: before.checked, seen: before.seen ?? [], next: before.next };
  if (o.mends === 0 || wanted.length <= o.tried) return { ...page, findings: asIs(before.findings), again: null };
  await mendSome(wanted.slice(o.tried, o.tried + o.mends));
  const after = await o.phase(o.after, o.run);
  const left = new Set(after.findings.map(idOfFinding));
  const mended = before.findings.filter((finding) => !left.has(idOfFinding(finding)));
  const findings = [...asIs(after.findings), ...mended.map((finding) => ({ ...finding, isMended: true }))];
  if (wanted.length <= o.tried + o.mends) return { ...page, findings, again: null };
  const stayed = mendsOf(after).length - (wanted.length - o.tried - o.mends);
  return { ...page, findings: findings.filter(({ isMended }) => isMended), again: Math.max(o.tried, stayed) };
}
