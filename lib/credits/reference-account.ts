/** A grant as the reference keeps it. Times are milliseconds. */
export interface ReferenceGrant {
  seq: number;
  source: string;
  sourceId: string;
  terms: string;
  category: string;
  priority: number;
  amount: number;
  remaining: number;
  ended: number;
  clawed: number;
  clawedOwn: number;
  reinstated: number;
  clawedAt: number;
  state: "scheduled" | "open" | "ending" | "closed";
  effectiveAt: number;
  expiresAt: number | null;
}

export interface ReferenceReservation {
  key: string;
  amount: number;
  overage: number;
  overagePermitted: number;
  availableAfter: number;
  state: "open" | "settled" | "released" | "expired";
  expiresAt: number;
  usedSoFar: number;
  settledAmount: number | null;
  answer: Record<string, unknown> | null;
}

export interface Bill {
  overage: number;
  debt: number;
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
const orLast = (time: number | null) => time ?? Number.POSITIVE_INFINITY;

/**
 * One account of the reference ledger: the same rules as the database's functions, written without caches, locks or a
 * fast path, so that agreement of the two means something.
 */
export class ReferenceAccount {
  grants: ReferenceGrant[] = [];
  reservations = new Map<string, ReferenceReservation>();
  debt = 0;
  asOf = Number.NEGATIVE_INFINITY;
  frozen = false;
  /** null: nobody has chosen, and the permission decides. */
  cap: number | null = null;
  used = 0;
  periodStartsAt: number | null = null;
  periodEndsAt: number | null = null;
  lowPercent = 20;
  lowThreshold: number | null = null;
  lowArmed = false;
  crossings = 0;
  usageCredits = 0;

  get total(): number {
    return sum(this.live().map((grant) => grant.remaining));
  }
  get ending(): number {
    return sum(this.live("ending").map((grant) => grant.remaining));
  }
  get reserved(): number {
    return sum(this.open().map(({ amount, overage }) => amount - overage));
  }
  get overageReserved(): number {
    return sum(this.open().map(({ overage }) => overage));
  }
  get free(): number {
    return this.total - this.reserved;
  }
  get isLow(): boolean {
    return this.lowThreshold !== null && this.total <= this.lowThreshold;
  }

  balance() {
    const { total, reserved, free, debt, used, isLow } = this;
    return { total, reserved, available: free, debt, overage_used: used, is_low: isLow };
  }

  open(): ReferenceReservation[] {
    return [...this.reservations.values()].filter(({ state }) => state === "open");
  }

  /** Active grants in spending order: by priority, then soonest-expiring, then oldest. */
  live(state?: "open" | "ending"): ReferenceGrant[] {
    return this.grants
      .filter((grant) => (state ? grant.state === state : grant.state === "open" || grant.state === "ending"))
      .sort(
        (a, b) =>
          a.priority - b.priority ||
          Math.sign(orLast(a.expiresAt) - orLast(b.expiresAt)) ||
          a.effectiveAt - b.effectiveAt ||
          a.seq - b.seq,
      );
  }

  /** What is due up to a time, in the order in which it is applied. */
  due(until: number): Array<{ at: number; rank: number; tie: string; judged: boolean; apply: () => void }> {
    const pad = (seq: number) => String(seq).padStart(20, "0");
    const changes = [
      ...this.live("open")
        .filter((grant) => grant.expiresAt !== null && !(this.frozen && grant.category === "paid"))
        .map((grant) => ({
          at: grant.expiresAt as number,
          rank: 1,
          tie: pad(grant.seq),
          judged: grant.category !== "included" && grant.source !== "trial",
          apply: () => this.end(grant),
        })),
      ...this.open().map((held) => ({
        at: held.expiresAt,
        rank: 2,
        tie: held.key,
        judged: true,
        apply: () => this.expire(held),
      })),
      ...(this.periodEndsAt === null
        ? []
        : [{ at: this.periodEndsAt, rank: 3, tie: "", judged: false, apply: () => this.endPeriod() }]),
      ...this.grants
        .filter(({ state }) => state === "scheduled")
        .map((grant) => ({
          at: grant.effectiveAt,
          rank: 4,
          tie: pad(grant.seq),
          judged: false,
          apply: () => this.activate(grant),
        })),
    ];
    return changes
      .filter(({ at }) => at <= until)
      .sort((a, b) => a.at - b.at || a.rank - b.rank || (a.tie < b.tie ? -1 : 1));
  }

  advance(at: number): void {
    this.asOf = Math.max(this.asOf, at);
    let judged = false;
    for (let [next] = this.due(this.asOf); next; [next] = this.due(this.asOf)) {
      next.apply();
      judged ||= next.judged;
    }
    if (judged) this.judgeLow();
  }

  activate(grant: ReferenceGrant): void {
    grant.state = "open";
    this.letGo();
    this.lowThreshold = Math.floor((this.total * this.lowPercent) / 100);
    this.lowArmed = this.total > this.lowThreshold;
  }

  end(grant: ReferenceGrant): number {
    const gone = Math.min(grant.remaining, this.free);
    this.take(grant, gone);
    grant.ended += gone;
    if (grant.remaining > 0) grant.state = "ending";
    return gone;
  }

  private expire(held: ReferenceReservation): void {
    held.state = "expired";
    held.settledAmount = held.usedSoFar;
    this.bill(held.usedSoFar, held.amount - held.overage, held.overage, held.overagePermitted, true);
    this.usageCredits += held.usedSoFar;
    this.letGo();
  }

  private endPeriod(): void {
    this.used = 0;
    this.periodStartsAt = this.periodEndsAt;
    this.periodEndsAt = null;
  }

  take(grant: ReferenceGrant, amount: number): void {
    grant.remaining -= amount;
    if (grant.remaining === 0) grant.state = "closed";
  }

  /** Spends credits: grants that are over give at most `fromEnding`, and first. */
  draw(amount: number, fromEnding: number): void {
    let left = amount;
    let over = fromEnding;
    for (const grant of this.live("ending")) {
      const part = Math.min(left, over, grant.remaining);
      this.take(grant, part);
      left -= part;
      over -= part;
    }
    for (const grant of this.live("open")) {
      const part = Math.min(left, grant.remaining);
      this.take(grant, part);
      left -= part;
    }
    if (left > 0) throw new Error("The reference drew more than there is.");
  }

  room(permitted: number): number {
    if (this.debt > 0) return 0;
    return Math.max(0, Math.min(this.cap ?? permitted, permitted) - this.used - this.overageReserved);
  }

  /** Bills an amount whose reservation, if any, is no longer open. Answers null if it would be owed and may not. */
  bill(amount: number, held: number, overageHeld: number, permitted: number, mayOwe: boolean): Bill | null {
    const paid = Math.min(amount, this.free);
    const overage = Math.min(amount - paid, Math.max(overageHeld, this.room(permitted)));
    const debt = amount - paid - overage;
    if (debt > 0 && !mayOwe) return null;
    this.draw(paid, Math.min(paid, held));
    this.used += overage;
    this.debt += debt;
    return { overage, debt };
  }

  /** Lets go of what has become free: credits of grants that are over expire, and debt is repaid. */
  letGo(): void {
    for (const grant of this.live("ending")) {
      const gone = Math.min(grant.remaining, Math.max(0, this.ending - this.reserved));
      this.take(grant, gone);
      grant.ended += gone;
    }
    const repaid = Math.min(this.debt, this.free);
    this.draw(repaid, 0);
    this.debt -= repaid;
  }

  judgeLow(): void {
    if (!this.lowArmed || !this.isLow) return;
    this.lowArmed = false;
    this.crossings += 1;
  }
}
