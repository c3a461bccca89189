const LEFT =
  "case when g.id = b.current_grant_id and g.state = 'open' then b.current_remaining::bigint else g.remaining::bigint end";

/** Which rows of a table count, by its column of the account. */
export type Within = (account: string) => string;

/** Every account. */
export const everywhere: Within = () => "true";

/** The accounts of the query's first parameter, an array. */
export const someAccounts: Within = (account) => `${account} = any ($1::uuid[])`;

const drawnWithin = (within: Within) => `
  select e.account_id, e.operation, d.grant_id, d.amount
  from public.credit_entries e cross join lateral unnest(e.grant_ids, e.grant_amounts) d (grant_id, amount)
  where ${within("e.account_id")}`;

/**
 * Each rule of the books, as a query over (account, what, stored, derived): the last two must not differ.
 * @param within what the tables that grow without end are read for; the answer still has to be narrowed by account
 */
export function derivationsWithin(within: Within): Record<string, string> {
  const drawn = drawnWithin(within);
  return {
    "Every account has a balance": `
    select a.id as account, 'balance' as what, count(b.account_id) as stored, 1::bigint as derived
    from public.accounts a left join public.credit_balances b on b.account_id = a.id group by a.id`,

    "A balance is the sum of its entries": `
    select b.account_id as account, 'total less debt' as what, b.total - b.debt as stored,
      coalesce((select sum(e.credits) from public.credit_entries e where e.account_id = b.account_id), 0)::bigint as derived
    from public.credit_balances b`,

    "Debt is the sum of what entries owe and repay": `
    select b.account_id as account, 'debt' as what, b.debt::bigint as stored,
      coalesce((select sum(e.debt_credits) from public.credit_entries e where e.account_id = b.account_id), 0)::bigint as derived
    from public.credit_balances b`,

    "Overage is the sum of what entries used of it": `
    select b.account_id as account, 'overage of all periods' as what, b.overage_before + b.overage_used as stored,
      coalesce((select sum(e.overage_credits) from public.credit_entries e where e.account_id = b.account_id), 0)::bigint as derived
    from public.credit_balances b`,

    "A total is what is left of its grants": `
    select b.account_id as account, 'total' as what, b.total::bigint as stored, coalesce(sum(${LEFT}), 0)::bigint as derived
    from public.credit_balances b
    left join public.credit_grants g on g.account_id = b.account_id and g.state in ('open', 'ending') group by b.account_id`,

    "Ending credits are those of grants that are over": `
    select b.account_id as account, 'ending' as what, b.ending::bigint as stored, coalesce(sum(g.remaining), 0)::bigint as derived
    from public.credit_balances b left join public.credit_grants g on g.account_id = b.account_id and g.state = 'ending' group by b.account_id`,

    "The grant now being spent is the first in order": `
    select b.account_id as account, 'current grant' as what, b.current_grant_id as stored, (
      select g.id from public.credit_grants g where g.account_id = b.account_id and g.state = 'open'
      order by g.priority, g.expires_at, g.effective_at, g.seq limit 1) as derived
    from public.credit_balances b`,

    "Reserved credits are those of open reservations": `
    select b.account_id as account, 'reserved, and overage reserved' as what, array[b.reserved, b.overage_reserved]::bigint[] as stored,
      array[coalesce(sum(r.amount - r.overage), 0), coalesce(sum(r.overage), 0)]::bigint[] as derived
    from public.credit_balances b left join public.credit_reservations r on r.account_id = b.account_id and r.state = 'open' group by b.account_id`,

    "Nothing changes by itself before the balance looks": `
    select b.account_id as account, 'next change' as what, b.next_change_at as stored,
      least(b.next_change_at, (select min(c.due_at) from private.coming_changes(b) c)) as derived
    from public.credit_balances b`,

    "A grant has left what entries gave it less what they drew": `
    select g.account_id as account, 'grant ' || g.source || '/' || g.source_id as what, ${LEFT} as stored,
      case when g.activated_at is null then g.amount - g.ended - g.clawed else coalesce(d.left_over, 0) end::bigint as derived
    from public.credit_grants g
    join public.credit_balances b on b.account_id = g.account_id
    left join (
      select grant_id, sum(case operation when 'grant' then amount else -amount end) as left_over from (${drawn}) drawn group by 1
    ) d on d.grant_id = g.id`,

    "A grant began with its amount less what was taken back before": `
    select g.account_id as account, 'grant ' || g.source || '/' || g.source_id as what, true as stored,
      count(d.amount) = 1 and sum(d.amount) <= g.amount and sum(d.amount) >= g.amount - g.clawed as derived
    from public.credit_grants g
    left join (${drawn}) d on d.grant_id = g.id and d.operation = 'grant'
    where g.activated_at is not null group by g.id`,

    "What a grant lost before it began is written down": `
    select g.account_id as account, 'grant ' || g.source || '/' || g.source_id as what,
      case when g.activated_at is null then g.amount - g.remaining else g.amount - coalesce(began.amount, 0) end::bigint as stored,
      coalesce((select sum(f.credits) from public.credit_forfeits f where f.grant_id = g.id and f.account_id = g.account_id), 0)::bigint as derived
    from public.credit_grants g
    left join (${drawn}) began on began.grant_id = g.id and began.operation = 'grant'`,

    "Finance has booked what had left a grant, and its money": `
    select g.account_id as account, 'books of grant ' || g.source || '/' || g.source_id as what, array[booked.gone, booked.cents] as stored,
      array[coalesce(lost.credits, 0), div(g.paid_cents::numeric * coalesce(lost.credits, 0), g.amount)::bigint] as derived
    from (
      select m.livemode, m.grant_id, max(m.gone_credits) as gone, sum(m.used_cents + m.expired_cents + m.clawed_cents)::bigint as cents
      from public.finance_grant_months m join public.credit_grants own on own.id = m.grant_id
      where ${within("own.account_id")} group by 1, 2
    ) booked
    join private.booked_grants g on g.id = booked.grant_id
    left join (
      select c.livemode, b.id as grant_id, sum(one.credits)::bigint as credits
      from (
        select e.account_id, d.grant_id, d.credits, e.recorded_at as at
        from public.credit_entries e cross join lateral unnest(e.grant_ids, e.grant_amounts) d (grant_id, credits)
        where e.operation <> 'grant' and ${within("e.account_id")}
        union all
        select f.account_id, f.grant_id, f.credits, f.recorded_at from public.credit_forfeits f where ${within("f.account_id")}
      ) one
      join private.booked_grants b on b.id = one.grant_id and b.account_id = one.account_id and ${within("b.account_id")}
      join public.finance_closings c on greatest(one.at, b.booked_at) < c.until::timestamp at time zone 'UTC'
      group by 1, 2
    ) lost on lost.grant_id = g.id and lost.livemode = booked.livemode`,

    "What ended of a grant is what expired or was voided": `
    select g.account_id as account, 'grant ' || g.source || '/' || g.source_id as what, g.ended::bigint as stored, coalesce(sum(d.amount), 0)::bigint as derived
    from public.credit_grants g
    left join (${drawn}) d on d.grant_id = g.id and d.operation in ('expire', 'void')
    where g.activated_at is not null group by g.id`,

    "Every drawn grant exists in the same account": `
    select d.account_id as account, 'grant ' || d.grant_id as what, g.account_id as stored, d.account_id as derived
    from (${drawn}) d left join public.credit_grants g on g.id = d.grant_id`,

    "Clawed back is what entries and unbegun grants say": `
    select g.account_id as account, 'clawed back of all grants' as what, sum(g.clawed - case when g.activated_at is null then g.clawed else 0 end)::bigint as stored,
      coalesce((select sum(-e.credits) from public.credit_entries e where e.account_id = g.account_id and e.operation = 'claw_back'), 0)::bigint
        + sum(case when g.activated_at is null then 0 else g.amount - coalesce(began.amount, g.amount) end)::bigint as derived
    from public.credit_grants g
    left join (${drawn}) began on began.grant_id = g.id and began.operation = 'grant'
    group by g.account_id`,

    "The parts of an entry make up its change": `
    select e.account_id as account, e.operation || ' ' || coalesce(e.key, e.id::text) as what, e.credits as stored,
      case e.operation when 'grant' then parts.total when 'reinstate' then -e.debt_credits else -parts.total - e.debt_credits end as derived
    from public.credit_entries e
    cross join lateral (select coalesce(sum(d), 0)::bigint as total from unnest(e.grant_amounts) d) parts`,

    "A spending is what was asked for": `
    select e.account_id as account, 'spend ' || coalesce(e.key, e.id::text) as what, e.requested::bigint as stored, e.overage_credits - e.credits as derived
    from public.credit_entries e where e.operation = 'spend'`,

    "Every entry goes on from the one before": `
    select e.account_id as account, e.operation || ' ' || coalesce(e.key, e.id::text) as what, e.balance_after - e.credits as stored,
      coalesce(lag(e.balance_after) over (partition by e.account_id order by e.seq), 0) as derived
    from public.credit_entries e`,

    "A reservation was billed what it was settled at": `
    select r.account_id as account, 'reservation ' || r.key as what,
      case r.state when 'settled' then greatest(r.settled_amount, coalesce(expired.requested, 0)) else coalesce(r.settled_amount, 0) end::bigint as stored,
      coalesce(expired.requested, 0) + coalesce(settled.requested, 0) as derived
    from public.credit_reservations r
    left join public.credit_entries expired on expired.account_id = r.account_id and expired.id = private.operation_id('expire', r.key)
    left join public.credit_entries settled on settled.account_id = r.account_id and settled.id = private.operation_id('settle', r.key)`,

    "A usage event is worth what its entry billed": `
    select u.account_id as account, 'usage ' || u.key as what, u.credits::bigint as stored, coalesce(e.requested, 0)::bigint as derived
    from public.usage_events u left join public.credit_entries e on e.account_id = u.account_id and e.id = u.id`,

    "An entry has the usage event it says it has": `
    select e.account_id as account, 'spend ' || e.key as what, e.has_usage_event as stored, u.id is not null as derived
    from public.credit_entries e left join public.usage_events u on u.account_id = e.account_id and u.id = e.id where e.operation = 'spend'`,

    "A day is the sum of its events": `
    select account_id as account, concat_ws(' ', day, model, feature) as what,
      array[sum(events) filter (where stored), sum(credits) filter (where stored), sum(overage) filter (where stored), sum(tokens) filter (where stored)]::bigint[] as stored,
      array[sum(events) filter (where not stored), sum(credits) filter (where not stored), sum(overage) filter (where not stored), sum(tokens) filter (where not stored)]::bigint[] as derived
    from (
      select true as stored, d.account_id, d.day, d.model, d.feature, d.events, d.credits, d.overage_credits as overage,
        d.input_tokens + d.cached_input_tokens * 3 + d.output_tokens * 7 + d.reasoning_tokens * 11 as tokens from public.usage_daily d
      union all
      select false, u.account_id, (u.occurred_at at time zone 'UTC')::date, coalesce(u.model, ''), u.feature, 1, u.credits, u.overage_credits,
        u.input_tokens + u.cached_input_tokens * 3 + u.output_tokens * 7 + u.reasoning_tokens * 11 from public.usage_events u
      union all
      select false, e.account_id, (e.happened_at at time zone 'UTC')::date, coalesce(e.model, ''), e.feature, 1, e.requested, e.overage_credits, 0
      from public.credit_entries e where e.operation = 'spend' and not e.has_usage_event
    ) sums group by account_id, day, model, feature`,
  };
}

/** The same for the books of finance, which are about all accounts at once: `account` is null. */
export const bookDerivations: Record<string, string> = {
  "A month goes on from the month before": `
    select null::uuid as account, concat_ws(' ', m.month, m.currency, case when m.livemode then 'live' else 'test' end) as what,
      array[m.opening_cents, m.opening_credits] as stored,
      coalesce(lag(array[m.closing_cents, m.closing_credits]) over months, array[0, 0]::bigint[]) as derived
    from public.finance_months m window months as (partition by m.livemode, m.currency order by m.month)`,

  "What is owed in credits is the money of the credits that are left": `
    select null::uuid as account, concat_ws(' ', 'owed', currency, case when mode.live then 'live' else 'test' end) as what,
      sum(books.cents)::bigint as stored, sum(books.held)::bigint as derived
    from (values (true), (false)) mode (live) cross join lateral (
      (select distinct on (m.currency) m.currency, m.closing_cents as cents, 0::bigint as held from (
        select currency, month, closing_cents from public.finance_months where livemode = mode.live
        union all select currency, month, closing_cents from private.open_months(mode.live, 'infinity', '1970-01-01')
      ) m order by m.currency, m.month desc)
      union all
      select g.currency, 0, g.paid_cents - div(g.paid_cents::numeric * (g.amount - ${LEFT}), g.amount)::bigint
      from public.credit_grants g join public.credit_balances b on b.account_id = g.account_id
      where g.state <> 'closed' and g.paid_cents is not null and coalesce(g.livemode, mode.live) = mode.live
    ) books where currency <> '' group by mode.live, currency`,
};
