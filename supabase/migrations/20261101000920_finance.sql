-- The money behind credits, month by month. A paid grant's money is owed as credits until they are gone. What is gone of
-- it up to any moment is floor(paid × credits gone ÷ amount), so the months of a grant add up to what was paid for it,
-- to the cent. Within a month the order is: used, expired, taken back. A change belongs to the month (UTC) it was
-- recorded in, or, where the money came later than the credits, the month the money came in: no month that is over changes.
create table public.finance_months (
  livemode boolean not null,
  currency text not null,
  month date not null,
  opening_cents bigint not null,
  packs_cents bigint not null,
  plans_cents bigint not null,
  imports_cents bigint not null,
  reinstated_cents bigint not null,
  used_cents bigint not null,
  expired_cents bigint not null,
  clawed_cents bigint not null,
  closing_cents bigint not null,
  opening_credits bigint not null,
  granted_credits bigint not null,
  used_credits bigint not null,
  expired_credits bigint not null,
  clawed_credits bigint not null,
  closing_credits bigint not null,
  overage_cents bigint not null,
  other_cents bigint not null,
  returned_cents bigint not null,
  primary key (livemode, currency, month),
  constraint the_money_of_a_month_adds_up check (opening_cents + packs_cents + plans_cents + imports_cents + reinstated_cents
    - used_cents - expired_cents - clawed_cents = closing_cents),
  constraint the_credits_of_a_month_add_up check (opening_credits + granted_credits - used_credits - expired_credits - clawed_credits = closing_credits),
  constraint a_month_is_named_by_its_first_day check (extract(day from month) = 1)
);
comment on table public.finance_months is 'Months that are over, per mode of Stripe and currency, in cents without tax: what was owed in credits at the beginning, what came, went, and was owed at the end. The row of the currency '''' counts credits that nobody paid for.';

create table public.finance_grant_months (
  livemode boolean not null,
  grant_id uuid not null,
  month date not null,
  used_credits bigint not null,
  expired_credits bigint not null,
  clawed_credits bigint not null,
  used_cents bigint not null,
  expired_cents bigint not null,
  clawed_cents bigint not null,
  gone_credits bigint not null,
  primary key (livemode, grant_id, month)
);
comment on table public.finance_grant_months is 'What each paid grant lost in a month that is over, and how much of it was gone at its end.';
create index finance_grant_months_month on public.finance_grant_months (livemode, month, grant_id);

create table public.finance_closings (
  livemode boolean primary key,
  until date not null
);
comment on table public.finance_closings is 'Up to which month, itself not included, the books of a mode are closed.';

create table public.paid_invoices (
  invoice_id text primary key references public.invoices (id) on delete cascade,
  livemode boolean not null,
  booked_at timestamptz not null
);
comment on table public.paid_invoices is 'When we first saw that an invoice is paid: the month its money is booked in.';
create index paid_invoices_booked_at on public.paid_invoices (livemode, booked_at);

create table public.payment_returns (
  id uuid primary key default gen_random_uuid(),
  payment_intent_id text not null,
  livemode boolean not null,
  currency text not null,
  cents bigint not null,
  booked_at timestamptz not null
);
comment on table public.payment_returns is 'Each change of how much of a payment stands refunded, credited or disputed, tax included; negative when money came back to us.';
create index payment_returns_booked_at on public.payment_returns (livemode, booked_at);
create index payment_returns_payment on public.payment_returns (payment_intent_id);

alter table public.finance_months enable row level security;
alter table public.finance_grant_months enable row level security;
alter table public.finance_closings enable row level security;
alter table public.paid_invoices enable row level security;
alter table public.payment_returns enable row level security;
grant select on public.finance_months, public.finance_grant_months, public.finance_closings, public.paid_invoices, public.payment_returns to service_role;

create function private.note_paid_invoice() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.paid_invoices values (new.id, new.livemode, new.synced_at) on conflict do nothing;
  return null;
end $$;
create trigger note_paid_invoice after insert or update of status on public.invoices
  for each row when (new.status = 'paid') execute function private.note_paid_invoice();

-- The currency of a payment is that of what it paid for.
create function private.note_return() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  change bigint := new.returned_cents;
begin
  if tg_op = 'UPDATE' then change := change - old.returned_cents; end if;
  if change <> 0 then
    insert into public.payment_returns (payment_intent_id, livemode, currency, cents, booked_at)
    values (new.payment_intent_id, new.livemode, new.currency, change, new.synced_at);
  end if;
  return null;
end $$;
create trigger note_return after insert or update of returned_cents on public.payments
  for each row execute function private.note_return();

create function private.month_of(at timestamptz) returns date
language sql immutable set search_path = '' as $$
  select date_trunc('month', month_of.at at time zone 'UTC')::date
$$;
grant execute on function private.month_of(timestamptz) to service_role;

-- Grants as the books see them: what was paid for each, and since when. Credits that nobody paid for have no currency;
-- an allowance that still waits for its money is not among them.
create view private.booked_grants as
select g.id, g.account_id, g.source, g.source_id, g.amount::bigint as amount, coalesce(g.paid_cents, 0) as paid_cents,
  coalesce(g.currency, '') as currency, g.livemode, g.granted_at, coalesce(g.paid_at, g.granted_at) as booked_at
from public.credit_grants g
where g.paid_cents is not null or g.source not in ('alw_bridge', 'alw_rest', 'alw_back', 'upg');
grant select on private.booked_grants to service_role;

-- Since when the books of a mode are open.
create function private.books_open_since(livemode boolean) returns timestamptz
language sql stable set search_path = '' as $$
  select coalesce((select c.until::timestamp at time zone 'UTC' from public.finance_closings c where c.livemode = books_open_since.livemode), '-infinity')
$$;
grant execute on function private.books_open_since(boolean) to service_role;

-- What grants have lost since the books are open and before `until`, by month and kind. Entries are found by the time
-- of recording; where money came later than credits, from the day of those grants on.
create function private.open_draws(livemode boolean, until timestamptz)
returns table (grant_id uuid, month date, used bigint, expired bigint, clawed bigint)
language sql stable set search_path = '' as $$
  with since as (
    select private.books_open_since(open_draws.livemode) as at
  ), reach as (
    select least(since.at, (
      select min(g.granted_at) from private.booked_grants g
      where g.booked_at >= since.at and coalesce(g.livemode, open_draws.livemode) = open_draws.livemode
    )) as at from since
  ), drawn as (
    select d.grant_id, e.operation, d.credits, e.recorded_at
    from public.credit_entries e cross join lateral unnest(e.grant_ids, e.grant_amounts) d (grant_id, credits)
    where e.recorded_at >= (select at from reach) and e.recorded_at < open_draws.until and e.operation <> 'grant'
    union all
    select f.grant_id, f.operation, f.credits, f.recorded_at from public.credit_forfeits f
    where f.recorded_at >= (select at from reach) and f.recorded_at < open_draws.until
  )
  select g.id, private.month_of(greatest(d.recorded_at, g.booked_at)),
    coalesce(sum(d.credits) filter (where d.operation in ('spend', 'repay')), 0)::bigint,
    coalesce(sum(d.credits) filter (where d.operation in ('expire', 'void')), 0)::bigint,
    coalesce(sum(d.credits) filter (where d.operation = 'claw_back'), 0)::bigint
  from drawn d join private.booked_grants g on g.id = d.grant_id
  where coalesce(g.livemode, open_draws.livemode) = open_draws.livemode
    and g.booked_at < open_draws.until and greatest(d.recorded_at, g.booked_at) >= (select at from since)
  group by 1, 2
$$;
grant execute on function private.open_draws(boolean, timestamptz) to service_role;

-- The same with the money of it, and what was gone of each grant at the end of each month.
create function private.open_grant_months(livemode boolean, until timestamptz) returns setof public.finance_grant_months
language sql stable set search_path = '' as $$
  with counted as (
    select d.*, g.paid_cents, g.amount, coalesce(booked.gone_credits, 0)
      + coalesce(sum(d.used + d.expired + d.clawed) over earlier, 0)::bigint as before
    from private.open_draws(open_grant_months.livemode, open_grant_months.until) d
    join private.booked_grants g on g.id = d.grant_id
    left join lateral (
      select m.gone_credits from public.finance_grant_months m
      where m.livemode = open_grant_months.livemode and m.grant_id = d.grant_id order by m.month desc limit 1
    ) booked on true
    window earlier as (partition by d.grant_id order by d.month rows between unbounded preceding and 1 preceding)
  ), valued as (
    select c.*, div(paid_cents::numeric * before, amount)::bigint as at_first,
      div(paid_cents::numeric * (before + used), amount)::bigint as after_use,
      div(paid_cents::numeric * (before + used + expired), amount)::bigint as after_expiry,
      div(paid_cents::numeric * (before + used + expired + clawed), amount)::bigint as at_last
    from counted c
  )
  select open_grant_months.livemode, grant_id, month, used, expired, clawed,
    after_use - at_first, after_expiry - after_use, at_last - after_expiry, before + used + expired + clawed
  from valued
$$;
grant execute on function private.open_grant_months(boolean, timestamptz) to service_role;

create index credit_grants_account_id on public.credit_grants (account_id);

-- The money in the grants that an invoice brought: they are named after its subscription and period, after the invoice
-- itself, or after the checkout it belongs to.
create function private.money_in_grants(invoice public.invoices) returns bigint
language sql stable set search_path = '' as $$
  select coalesce(sum(g.paid_cents), 0)::bigint from public.credit_grants g
  where g.account_id = (invoice).account_id and case
    when g.source in ('alw_bridge', 'alw_rest') then split_part(g.source_id, ':', 1) = (invoice).subscription_id and exists (
      select from public.invoice_lines l
      where l.invoice_id = (invoice).id and l.kind = 'base'
        and split_part(g.source_id, ':', 2) = extract(epoch from l.period_start_at)::bigint::text)
    when g.source in ('upg', 'topup') then split_part(g.source_id, ':', 1) = (invoice).id
    when g.source = 'pack' then exists (
      select from public.purchases p
      where p.session_id = g.source_id and p.account_id = g.account_id and p.invoice_id = (invoice).id)
    else false
  end
$$;
grant execute on function private.money_in_grants(public.invoices) to service_role;

-- The months since the books are open, per currency, each going on from the one before.
create function private.open_months(livemode boolean, until timestamptz, through date) returns setof public.finance_months
language sql stable set search_path = '' as $$
  with since as (
    select private.books_open_since(open_months.livemode) as at
  ), invoiced as (
    select i.id, i.currency, private.month_of(p.booked_at) as month,
      coalesce(sum(l.amount_cents - l.discount_cents) filter (where l.kind = 'overage'), 0)::bigint as overage,
      coalesce(sum(l.amount_cents - l.discount_cents) filter (where l.kind <> 'overage'), 0)::bigint - private.money_in_grants(i) as other
    from public.paid_invoices p
    join public.invoices i on i.id = p.invoice_id
    left join public.invoice_lines l on l.invoice_id = i.id
    where p.livemode = open_months.livemode and p.booked_at >= (select at from since) and p.booked_at < open_months.until
    group by i.id, p.booked_at
  ), changes as (
    select g.currency, private.month_of(g.booked_at) as month,
      case when g.source in ('pack', 'topup') then g.paid_cents else 0 end as packs,
      case when g.source in ('alw_bridge', 'alw_rest', 'upg') then g.paid_cents else 0 end as plans,
      case when g.source not in ('pack', 'topup', 'alw_bridge', 'alw_rest', 'upg', 'alw_back', 'restore') then g.paid_cents else 0 end as imports,
      case when g.source in ('alw_back', 'restore') then g.paid_cents else 0 end as reinstated,
      0::bigint as used, 0::bigint as expired, 0::bigint as clawed, g.amount as granted_credits,
      0::bigint as used_credits, 0::bigint as expired_credits, 0::bigint as clawed_credits,
      0::bigint as overage, 0::bigint as other, 0::bigint as returned
    from private.booked_grants g
    where g.booked_at >= (select at from since) and g.booked_at < open_months.until
      and coalesce(g.livemode, open_months.livemode) = open_months.livemode
    union all
    select g.currency, m.month, 0, 0, 0, 0, m.used_cents, m.expired_cents, m.clawed_cents, 0,
      m.used_credits, m.expired_credits, m.clawed_credits, 0, 0, 0
    from private.open_grant_months(open_months.livemode, open_months.until) m
    join private.booked_grants g on g.id = m.grant_id
    union all
    select i.currency, i.month, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, i.overage, i.other, 0 from invoiced i
    union all
    select r.currency, private.month_of(r.booked_at), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, r.cents from public.payment_returns r
    where r.livemode = open_months.livemode and r.booked_at >= (select at from since) and r.booked_at < open_months.until
  ), before as (
    select m.currency, m.closing_cents, m.closing_credits from public.finance_months m
    where m.livemode = open_months.livemode and m.month = (select private.month_of(at) from since where isfinite(at)) - interval '1 month'
  ), firsts as (
    select b.currency, (select private.month_of(at) from since) as month from before b
    union all
    select c.currency, min(c.month) from changes c where c.currency not in (select b.currency from before b) group by 1
  ), span as (
    select f.currency, series.start::date as month from firsts f
    cross join lateral generate_series(f.month::timestamp, greatest(open_months.through, (select max(c.month) from changes c))::timestamp, interval '1 month') series (start)
  ), summed as (
    select s.currency, s.month, coalesce(sum(packs), 0)::bigint as packs, coalesce(sum(plans), 0)::bigint as plans,
      coalesce(sum(imports), 0)::bigint as imports, coalesce(sum(reinstated), 0)::bigint as reinstated, coalesce(sum(used), 0)::bigint as used,
      coalesce(sum(expired), 0)::bigint as expired, coalesce(sum(clawed), 0)::bigint as clawed,
      coalesce(sum(granted_credits), 0)::bigint as granted_credits, coalesce(sum(used_credits), 0)::bigint as used_credits,
      coalesce(sum(expired_credits), 0)::bigint as expired_credits, coalesce(sum(clawed_credits), 0)::bigint as clawed_credits,
      coalesce(sum(overage), 0)::bigint as overage, coalesce(sum(other), 0)::bigint as other, coalesce(sum(returned), 0)::bigint as returned
    from span s left join changes c on c.currency = s.currency and c.month = s.month group by 1, 2
  ), closed as (
    select s.*,
      (coalesce(b.closing_cents, 0) + sum(packs + plans + imports + reinstated - used - expired - clawed) over so_far)::bigint as closing,
      (coalesce(b.closing_credits, 0) + sum(granted_credits - used_credits - expired_credits - clawed_credits) over so_far)::bigint as closing_credits
    from summed s left join before b on b.currency = s.currency
    window so_far as (partition by s.currency order by s.month)
  )
  select open_months.livemode, currency, month,
    closing - (packs + plans + imports + reinstated - used - expired - clawed), packs, plans, imports, reinstated, used, expired, clawed, closing,
    closing_credits - (granted_credits - used_credits - expired_credits - clawed_credits),
    granted_credits, used_credits, expired_credits, clawed_credits, closing_credits, overage, other, returned
  from closed
$$;
grant execute on function private.open_months(boolean, timestamptz, date) to service_role;

-- Closes every month that has been over for two hours, so that nothing recorded late by a slow server is left out.
create function public.close_finance_months(livemode boolean, at timestamptz) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  ends constant date := private.month_of(private.checked_time(close_finance_months.at) - interval '2 hours');
  ends_at constant timestamptz := ends::timestamp at time zone 'UTC';
  closed integer;
begin
  perform pg_advisory_xact_lock(hashtextextended('finance', 0));
  if ends_at <= private.books_open_since(close_finance_months.livemode) then
    return jsonb_build_object('ok', true, 'code', 'closed', 'months', 0);
  end if;
  insert into public.finance_months
  select m.* from private.open_months(close_finance_months.livemode, ends_at, (ends - interval '1 month')::date) m;
  get diagnostics closed = row_count;
  insert into public.finance_grant_months
  select m.* from private.open_grant_months(close_finance_months.livemode, ends_at) m
  join private.booked_grants g on g.id = m.grant_id where g.paid_cents > 0;
  insert into public.finance_closings values (close_finance_months.livemode, ends)
  on conflict on constraint finance_closings_pkey do update set until = excluded.until;
  return jsonb_build_object('ok', true, 'code', 'closed', 'months', closed);
end $$;
grant execute on function public.close_finance_months(boolean, timestamptz) to service_role;

-- The months of a mode: those that are closed, and those that are not as they stand now.
create function public.read_finance_months(livemode boolean, at timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('ok', true, 'code', 'read', 'months', coalesce(jsonb_agg(to_jsonb(m) order by m.month desc, m.currency), '[]'))
  from (
    select m.*, true as is_closed from public.finance_months m where m.livemode = read_finance_months.livemode
    union all
    select m.*, false from private.open_months(read_finance_months.livemode, 'infinity', private.month_of(read_finance_months.at)) m
  ) m
$$;
grant execute on function public.read_finance_months(boolean, timestamptz) to service_role;

-- The paid grants behind a month that is over, in the order of their ids.
create function public.read_finance_grants(livemode boolean, month date, after_id uuid, most integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(page) order by page.grant_id), '[]')
  from (
    select m.grant_id, g.account_id, g.source, g.source_id, g.currency, g.booked_at, g.amount, g.paid_cents, m.used_credits, m.expired_credits,
      m.clawed_credits, m.used_cents, m.expired_cents, m.clawed_cents, m.gone_credits
    from public.finance_grant_months m join private.booked_grants g on g.id = m.grant_id
    where m.livemode = read_finance_grants.livemode and m.month = read_finance_grants.month
      and (read_finance_grants.after_id is null or m.grant_id > read_finance_grants.after_id)
    order by m.grant_id limit read_finance_grants.most
  ) page
$$;
grant execute on function public.read_finance_grants(boolean, date, uuid, integer) to service_role;
