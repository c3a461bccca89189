import { askAboutCustomer, askAboutDeleted, askAboutPayment, askAboutSession } from "@/lib/events/reconcile";
import type { Finding, Mend, Page, Phase, Run } from "./check";

/** A finding, and whether asking again has brought it in step. */
export type Judged = Finding & { readonly isMended: boolean };

export interface JudgedPage {
  readonly findings: Judged[];
  readonly checked: number;
  readonly seen: string[];
  readonly next: string | null;
  /** More can be mended than one step may: the same page is due again. */
  readonly isAgain: boolean;
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
 * @throws Error if Stripe or the database cannot answer
 */
export async function comparePage(o: {
  phase: Phase;
  after: string | null;
  run: Run;
  mends: number;
}): Promise<JudgedPage> {
  const before: Page = await o.phase(o.after, o.run);
  const wanted = [
    ...new Map(before.findings.flatMap(({ mend }) => (mend ? [[JSON.stringify(mend), mend]] : []))).values(),
  ];
  const page = { checked: before.checked, seen: before.seen ?? [], next: before.next };
  if (o.mends === 0 || wanted.length === 0) return { ...page, findings: asIs(before.findings), isAgain: false };
  await mendSome((wanted as Mend[]).slice(0, o.mends));
  const after = await o.phase(o.after, o.run);
  const left = new Set(after.findings.map(idOfFinding));
  const mended = before.findings.filter((finding) => !left.has(idOfFinding(finding)));
  const findings = [...asIs(after.findings), ...mended.map((finding) => ({ ...finding, isMended: true }))];
  if (wanted.length > o.mends && mended.length > 0)
    return { ...page, findings: findings.filter(({ isMended }) => isMended), isAgain: true };
  return { ...page, findings, isAgain: false };
}
