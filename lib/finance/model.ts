/** A grant as the plain model of the books sees it; `at` is when its money came. */
export interface ModelGrant {
  id: string;
  amount: number;
  paid: number;
  currency: string;
  at: Date;
}

/** Credits that left a grant. */
export interface ModelLoss {
  grant: string;
  operation: string;
  credits: number;
  at: Date;
}

type Kind = "used" | "expired" | "clawed";
const KINDS: Record<string, Kind> = {
  spend: "used",
  repay: "used",
  expire: "expired",
  void: "expired",
  claw_back: "clawed",
};

const monthOf = (at: Date) => `${at.toISOString().slice(0, 7)}-01`;

/**
 * The books of finance worked out the plain way, one grant after the other: what was sold, used, expired, taken back and
 * is owed at the end of a month. The random test compares the database's with it.
 */
export function booksOf(grants: readonly ModelGrant[], losses: readonly ModelLoss[]) {
  return (currency: string, month: string) => {
    const sum = { sold: 0, used: 0, expired: 0, clawed: 0, closing: 0 };
    for (const grant of grants.filter((one) => one.currency === currency && monthOf(one.at) <= month)) {
      if (monthOf(grant.at) === month) sum.sold += grant.paid;
      const moneyOf = (credits: number) => Math.floor((grant.paid * credits) / grant.amount);
      const booked = losses.flatMap((loss) => {
        if (loss.grant !== grant.id) return [];
        return { ...loss, month: monthOf(new Date(Math.max(loss.at.getTime(), grant.at.getTime()))) };
      });
      let gone = booked.reduce((all, loss) => all + (loss.month < month ? loss.credits : 0), 0);
      for (const kind of ["used", "expired", "clawed"] as const) {
        const before = moneyOf(gone);
        for (const loss of booked) if (loss.month === month && KINDS[loss.operation] === kind) gone += loss.credits;
        sum[kind] += moneyOf(gone) - before;
      }
      sum.closing += grant.paid - moneyOf(gone);
    }
    return sum;
  };
}
