import { ReferenceAccount, type ReferenceGrant } from "@/lib/credits/reference-account";

interface Share {
  source: string;
  source_id: string;
  taken_back_cents: number;
  charged_cents: number;
  key: string;
}

/** One call of the ledger, with the parameters of the database's function; times are milliseconds. */
export type Call =
  | ({
      name: "grant_credits";
      source: string;
      source_id: string;
      amount: number;
      category: string;
      priority: number;
    } & {
      effective_at?: number;
      expires_at?: number;
      low_credit_percent?: number;
    })
  | { name: "void_grant"; source: string; source_id: string; key: string }
  | { name: "reserve_credits"; key: string; amount: number; time_to_live_seconds: number; overage_permitted: number }
  | { name: "heartbeat_reservation"; key: string; used_so_far: number; time_to_live_seconds: number }
  | { name: "settle_reservation"; key: string; amount: number }
  | { name: "release_reservation"; key: string }
  | { name: "deduct_credits"; key: string; amount: number; feature: string; overage_permitted: number }
  | { name: "deduct_many"; items: Array<{ key: string; amount: number; feature: string }>; overage_permitted: number }
  | { name: "record_usage"; items: Array<{ key: string; amount: number }>; overage_permitted: number }
  | ({ name: "claw_back" } & Share)
  | ({ name: "reinstate" } & Share)
  | { name: "freeze_credits"; frozen: boolean; key: string }
  | { name: "set_overage"; cap?: number; period_starts_at?: number; period_ends_at?: number };

export type Answer = Record<string, unknown> & { ok: boolean; code: string };

const DAY = 86_400_000;
const refuse = (code: string, more: Record<string, unknown> = {}): Answer => ({ ok: false, code, ...more });

type Of<Name extends Call["name"]> = Extract<Call, { name: Name }>;
type Handlers = { [Name in Call["name"]]: (call: Of<Name>) => Answer };

/**
 * The ledger of one account by its rules alone: pure, single-threaded, without a database. The random tests compare
 * the real one with it, answer by answer.
 */
export class ReferenceLedger {
  readonly account = new ReferenceAccount();
  private readonly said = new Map<string, { args: string; answer: Answer }>();
  private seq = 0;

  /** Does one call at a time and answers as the database would, but for ids. */
  call(call: Call, at: number): Answer {
    if ("amount" in call && call.amount < (call.name === "settle_reservation" ? 0 : 1)) return refuse("invalid_amount");
    if ("items" in call) {
      const least = call.name === "deduct_many" ? 1 : 0;
      const index = call.items.findIndex(({ amount }) => amount < least);
      if (index >= 0) return refuse("invalid_item", { index });
    }
    this.account.advance(at);
    const handler = this.handlers[call.name] as (call: Call) => Answer;
    return handler(call);
  }

  private readonly handlers: Handlers = {
    grant_credits: ({ source, source_id, ...gift }) => {
      const { account } = this;
      const terms = JSON.stringify([gift.amount, gift.category, gift.priority, gift.effective_at, gift.expires_at]);
      const existing = this.find(source, source_id);
      if (existing) return existing.terms === terms ? { ok: true, code: "duplicate" } : refuse("idempotency_conflict");
      account.lowPercent = gift.low_credit_percent ?? account.lowPercent;
      const { amount, category, priority, expires_at: expiresAt = null } = gift;
      const effectiveAt = gift.effective_at ?? Math.min(account.asOf, (expiresAt ?? Number.POSITIVE_INFINITY) - 1000);
      this.give({ source, sourceId: source_id, terms, category, priority, amount, effectiveAt, expiresAt });
      return { ok: true, code: "granted" };
    },

    void_grant: ({ source, source_id, key }) =>
      this.once("void", key, [source, source_id], () => {
        const grant = this.find(source, source_id);
        if (!grant) return refuse("unknown_grant");
        let voided = 0;
        if (grant.state === "open") voided = this.account.end(grant);
        if (grant.state === "scheduled") {
          voided = grant.remaining;
          this.account.take(grant, voided);
          grant.ended += voided;
        }
        return { ok: true, code: "voided", voided };
      }),

    reserve_credits: ({ key, amount, time_to_live_seconds, overage_permitted }) => {
      const { account } = this;
      const existing = account.reservations.get(key);
      if (existing) {
        if (existing.amount !== amount) return refuse("idempotency_conflict");
        return { ok: true, code: "duplicate", amount, overage: existing.overage, available: existing.availableAfter };
      }
      if (account.frozen) return refuse("account_frozen");
      if (account.debt > 0) return refuse("in_debt");
      const overage = amount - Math.min(amount, account.free);
      if (overage > account.room(overage_permitted)) return this.insufficient(amount, overage_permitted);
      const available = account.free - (amount - overage);
      account.reservations.set(key, {
        key,
        amount,
        overage,
        overagePermitted: overage_permitted,
        availableAfter: available,
        state: "open",
        expiresAt: account.asOf + time_to_live_seconds * 1000,
        usedSoFar: 0,
        settledAmount: null,
        answer: null,
      });
      return { ok: true, code: "reserved", amount, overage, available };
    },

    heartbeat_reservation: ({ key, used_so_far, time_to_live_seconds }) => {
      const held = this.account.reservations.get(key);
      if (!held) return refuse("unknown_reservation");
      if (held.state !== "open") return refuse("reservation_closed");
      held.usedSoFar = Math.max(held.usedSoFar, used_so_far);
      held.expiresAt = Math.max(held.expiresAt, this.account.asOf + time_to_live_seconds * 1000);
      return { ok: true, code: "renewed" };
    },

    settle_reservation: ({ key, amount }) => {
      const { account } = this;
      const held = account.reservations.get(key);
      if (!held) return refuse("unknown_reservation");
      if (held.state === "settled" && held.settledAmount === amount)
        return { ...(held.answer as Answer), code: "duplicate" };
      if (held.state === "settled" || held.state === "released") return refuse("reservation_closed");
      const late = held.state === "expired";
      const spent = late ? Math.max(amount - (held.settledAmount ?? 0), 0) : amount;
      held.state = "settled";
      const bill = late
        ? account.bill(spent, 0, 0, held.overagePermitted, true)
        : account.bill(spent, held.amount - held.overage, held.overage, held.overagePermitted, true);
      account.usageCredits += spent;
      account.letGo();
      account.judgeLow();
      held.settledAmount = amount;
      held.answer = { ok: true, code: "settled", balance: account.balance(), spent, ...bill };
      return held.answer as Answer;
    },

    release_reservation: ({ key }) => {
      const held = this.account.reservations.get(key);
      if (!held) return refuse("unknown_reservation");
      if (held.state === "released") return { ok: true, code: "duplicate" };
      if (held.state !== "open") return refuse("reservation_closed");
      held.state = "released";
      this.account.letGo();
      return { ok: true, code: "released" };
    },

    deduct_credits: ({ key, amount, feature, overage_permitted }) =>
      this.once("deduct", key, [amount, feature], () => {
        const { account } = this;
        if (account.frozen) return refuse("account_frozen");
        if (account.debt > 0) return refuse("in_debt");
        const bill = account.bill(amount, 0, 0, overage_permitted, false);
        if (!bill) return this.insufficient(amount, overage_permitted);
        account.usageCredits += amount;
        account.judgeLow();
        return {
          ok: true,
          code: "deducted",
          amount,
          overage: bill.overage,
          available: account.free,
          balance: account.balance(),
        };
      }),

    deduct_many: ({ items, overage_permitted }) => {
      const conflict = this.conflictIn(
        "deduct",
        items.map(({ key, amount, feature }) => ({ key, args: [amount, feature] })),
      );
      if (conflict) return conflict;
      const isNew = items.some(({ key }) => !this.said.has(`deduct ${key}`));
      if (isNew && this.account.frozen) return refuse("account_frozen");
      if (isNew && this.account.debt > 0) return refuse("in_debt");
      const results = items.map((item) => {
        const answer = this.handlers.deduct_credits({ ...item, name: "deduct_credits", overage_permitted });
        return { code: answer.code === "deducted" ? "ok" : answer.code };
      });
      return { ok: true, code: "done", results, balance: this.account.balance() };
    },

    record_usage: ({ items, overage_permitted }) => {
      const { account } = this;
      const conflict = this.conflictIn(
        "usage",
        items.map(({ key, amount }) => ({ key, args: [amount] })),
      );
      if (conflict) return conflict;
      const results = items.map(({ key, amount }) => {
        const { code } = this.once("usage", key, [amount], () => {
          account.bill(amount, 0, 0, overage_permitted, true);
          account.usageCredits += amount;
          if (amount > 0) account.judgeLow();
          return { ok: true, code: "ok" };
        });
        return { code };
      });
      return { ok: true, code: "recorded", results, balance: account.balance(), over_limit: account.debt > 0 };
    },

    claw_back: ({ source, source_id, key, taken_back_cents, charged_cents }) =>
      this.once("claw_back", key, [source, source_id, taken_back_cents, charged_cents], () => {
        const { account } = this;
        const grant = this.find(source, source_id);
        if (!grant) return refuse("unknown_grant");
        const taken = Math.max(
          0,
          this.target(grant, taken_back_cents, charged_cents) - (grant.clawed - grant.reinstated),
        );
        let debt = 0;
        if (taken > 0) {
          grant.clawed += taken;
          grant.clawedAt = account.asOf;
          if (grant.state === "scheduled") {
            grant.clawedOwn += taken;
            account.take(grant, taken);
          } else {
            const own = grant.state === "open" ? Math.min(taken, grant.remaining, account.free) : 0;
            grant.clawedOwn += own;
            if (own > 0) account.take(grant, own);
            const others = Math.min(taken - own, account.free);
            account.draw(others, 0);
            debt = taken - own - others;
            account.debt += debt;
            account.judgeLow();
          }
        }
        return { ok: true, code: "clawed_back", taken, debt };
      }),

    reinstate: ({ source, source_id, key, taken_back_cents, charged_cents }) =>
      this.once("reinstate", key, [source, source_id, taken_back_cents, charged_cents], () => {
        const { account } = this;
        const grant = this.find(source, source_id);
        if (!grant) return refuse("unknown_grant");
        const standsBack = Math.max(
          0,
          grant.clawed - grant.reinstated - this.target(grant, taken_back_cents, charged_cents),
        );
        const isOver = grant.category === "included" && grant.expiresAt !== null && grant.expiresAt <= account.asOf;
        const lapsed = isOver ? Math.min(standsBack, Math.max(0, grant.clawedOwn - grant.reinstated)) : 0;
        const returned = standsBack - lapsed;
        const repaid = Math.min(returned, account.debt);
        if (returned > repaid && this.find("restore", key)) return refuse("idempotency_conflict");
        if (lapsed > 0) this.noteLapsed(grant, lapsed, key);
        grant.reinstated += standsBack;
        account.debt -= repaid;
        if (returned > repaid) {
          const { category, priority } = grant;
          const effectiveAt = Math.max(grant.effectiveAt, account.asOf);
          const left = orNever(grant.expiresAt, (end) => end - Math.max(grant.effectiveAt, grant.clawedAt));
          const expiresAt = orNever(left, (rest) => effectiveAt + Math.max(rest, 30 * DAY));
          this.give({
            source: "restore",
            sourceId: key,
            terms: "",
            category,
            priority,
            amount: returned - repaid,
            effectiveAt,
            expiresAt,
          });
        }
        return { ok: true, code: "reinstated", returned, repaid };
      }),

    freeze_credits: ({ frozen, key }) =>
      this.once("freeze", key, [frozen], () => {
        const { account } = this;
        if (account.frozen && !frozen) {
          for (const grant of account.live("open")) {
            if (grant.category !== "paid" || grant.expiresAt === null) continue;
            grant.expiresAt = Math.max(grant.expiresAt, account.asOf + 30 * DAY);
          }
        }
        account.frozen = frozen;
        return { ok: true, code: frozen ? "frozen" : "unfrozen" };
      }),

    set_overage: ({ cap, period_starts_at: startsAt, period_ends_at: endsAt }) => {
      const { account } = this;
      account.cap = cap ?? account.cap;
      if (startsAt !== undefined && endsAt !== undefined && startsAt >= (account.periodStartsAt ?? startsAt)) {
        if (startsAt !== account.periodStartsAt) account.used = 0;
        account.periodStartsAt = startsAt;
        account.periodEndsAt = endsAt;
        account.advance(account.asOf);
      }
      return { ok: true, code: "set", cap: account.cap, used: account.used };
    },
  };

  private find(source: string, sourceId: string): ReferenceGrant | undefined {
    return this.account.grants.find((grant) => grant.source === source && grant.sourceId === sourceId);
  }

  private give(
    gift: Pick<
      ReferenceGrant,
      "source" | "sourceId" | "terms" | "category" | "priority" | "amount" | "effectiveAt" | "expiresAt"
    >,
  ) {
    this.seq += 1;
    const grant: ReferenceGrant = {
      ...gift,
      seq: this.seq,
      remaining: gift.amount,
      ended: 0,
      clawed: 0,
      clawedOwn: 0,
      reinstated: 0,
      clawedAt: 0,
      state: "scheduled",
    };
    this.account.grants.push(grant);
    this.account.advance(this.account.asOf);
  }

  private noteLapsed({ category, priority, effectiveAt, expiresAt }: ReferenceGrant, amount: number, key: string) {
    this.seq += 1;
    this.account.grants.push({
      seq: this.seq,
      source: "restore",
      sourceId: `${key}:over`,
      terms: "",
      category,
      priority,
      amount,
      remaining: 0,
      ended: amount,
      clawed: 0,
      clawedOwn: 0,
      reinstated: 0,
      clawedAt: 0,
      state: "closed",
      effectiveAt,
      expiresAt,
    });
  }

  private target({ amount, ended }: ReferenceGrant, takenBack: number, charged: number): number {
    const share = BigInt(amount) * BigInt(Math.min(takenBack, charged));
    return Math.max(0, Number((share + BigInt(charged) - 1n) / BigInt(charged)) - ended);
  }

  private insufficient(needed: number, permitted: number): Answer {
    const { free: available } = this.account;
    return refuse("insufficient_credits", { available, overage_left: this.account.room(permitted), needed });
  }

  // Refusals are not remembered, so the same call succeeds after a top-up.
  private once(operation: string, key: string, args: unknown[], act: () => Answer): Answer {
    const first = this.said.get(`${operation} ${key}`);
    if (first && first.args !== JSON.stringify(args)) return refuse("idempotency_conflict");
    if (first) return { ...first.answer, code: "duplicate" };
    const answer = act();
    if (answer.ok) this.said.set(`${operation} ${key}`, { args: JSON.stringify(args), answer });
    return answer;
  }

  private conflictIn(operation: string, items: Array<{ key: string; args: unknown[] }>): Answer | null {
    const firsts = new Map<string, string>();
    for (const [index, { key, args }] of items.entries()) {
      const known = this.said.get(`${operation} ${key}`)?.args ?? firsts.get(key);
      if (known !== undefined && known !== JSON.stringify(args)) return refuse("idempotency_conflict", { index });
      firsts.set(key, JSON.stringify(args));
    }
    return null;
  }
}

function orNever(time: number | null, then: (time: number) => number): number | null {
  return time === null ? null : then(time);
}
