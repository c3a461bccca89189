import { NothingSoFar, SoFar } from "@/components/billing/so-far";
import type { AccountId } from "@/lib/billing/units";
import { readPeriodSoFar } from "@/lib/invoices/upcoming";
import { requireSession } from "@/lib/session";

/**
 * What the running period of an account has come to, for a page to draw inside Suspense, since Stripe is asked.
 * @throws Error for an account the signed-in person does not belong to
 */
export async function PeriodSoFar({ account }: { account: AccountId }) {
  const { accounts } = await requireSession();
  if (!accounts.some(({ id }) => id === account)) throw new Error("This account is not yours");
  const figure = await readPeriodSoFar(account);
  return figure ? <SoFar {...figure} /> : <NothingSoFar />;
}
