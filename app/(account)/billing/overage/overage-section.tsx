import { OverageCard } from "@/components/billing/overage-card";
import type { Session } from "@/lib/session";
import { setOverageCap } from "./actions";
import { readOverage } from "./read";

/** The overage card of the account at hand; nothing on a plan that sells none. */
export async function OverageSection({ session }: { session: Session }) {
  const overage = await readOverage(session);
  return overage && <OverageCard overage={overage} setCap={setOverageCap} />;
}
