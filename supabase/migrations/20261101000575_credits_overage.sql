-- The meter outbox: overage, in windows of at most five minutes, on its way to Stripe's meter. The ledger writes a window
-- in the transaction that bills the overage; lib/metering sends it. Windows go by the time the ledger billed, so that a
-- period's windows hold exactly its overage.
create table public.meter_outbox (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null,
  livemode boolean,
  customer_id text,
  meter text,
  window_start_at timestamptz not null,
  window_end_at timestamptz not null,
  revision integer not null default 0,
  value bigint not null,
  corrected bigint not null default 0,
  right_value bigint,
  state text not null default 'open',
  event_at timestamptz not null,
  identifier text unique,
  former_identifiers text[] not null default '{}',
  period_start_at timestamptz,
  period_end_at timestamptz,
  is_rebased boolean not null default false,
  is_in_doubt boolean not null default false,
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  claimed_by uuid,
  claimed_until timestamptz,
  first_attempt_at timestamptz,
  accepted_at timestamptz,
  confirmed_at timestamptz,
  looked_at timestamptz,
  looked_sum bigint,
  remainder_id uuid,
  invoice_item_id text,
  invoice_id text,
  last_error text,
  recorded_at timestamptz not null,
  constraint a_window_is_reported_once unique nulls not distinct (account_id, livemode, customer_id, meter, window_start_at, window_end_at, revision),
  constraint a_window_lasts_at_most_five_minutes check (window_end_at > window_start_at and window_end_at <= window_start_at + interval '5 minutes'),
  constraint a_row_has_a_known_state check (state in ('open', 'closed', 'blocked', 'sending', 'unsure', 'verify', 'accepted', 'confirmed',
    'billed', 'rejected', 'stale', 'canceling', 'canceled', 'review', 'written_off')),
  constraint only_an_addressed_row_is_sent check (state not in ('sending', 'unsure', 'verify', 'accepted', 'confirmed', 'canceling') or
    (identifier is not null and customer_id is not null and livemode is not null and meter is not null)),
  constraint accepted_rows_say_when check (state not in ('accepted', 'confirmed', 'canceling') or accepted_at is not null),
  constraint what_is_sent_is_claimed check ((state = 'sending') = (claimed_until is not null)),
  constraint an_event_is_dated_to_the_second check (event_at = date_trunc('second', event_at))
) with (fillfactor = 70);
comment on table public.meter_outbox is 'Overage on its way to Stripe''s meter: one row a window and revision. value is what the event says, negative for a correction; corrected what a correction has forgiven, right_value what a row being canceled should have said. event_at is the time the event is dated to, that of the first use, or of the sending once the period was closed (is_rebased). is_in_doubt: an attempt has had no answer, so only the same identifier may be sent. Billed rows with invoice_item_id went by an invoice item and not by the meter.';
create unique index one_call_in_flight_a_customer on public.meter_outbox (livemode, customer_id, meter) where state = 'sending';
create index meter_outbox_windows on public.meter_outbox (account_id, window_start_at);
create index meter_outbox_open on public.meter_outbox (window_end_at) where state = 'open';
create index meter_outbox_due on public.meter_outbox (next_attempt_at) where state in ('closed', 'blocked', 'unsure', 'verify', 'accepted', 'stale', 'canceling');
create index meter_outbox_confirmed on public.meter_outbox (account_id) where state = 'confirmed';
create index meter_outbox_of_a_person on public.meter_outbox (state) where state in ('rejected', 'review');
create index meter_outbox_of_a_customer on public.meter_outbox (customer_id, event_at);

create table public.meter_backoffs (
  livemode boolean not null,
  customer_id text not null,
  meter text not null,
  refusals integer not null,
  until_at timestamptz not null,
  primary key (livemode, customer_id, meter)
);
comment on table public.meter_backoffs is 'Customers whose meter events Stripe asked us to send more slowly, and until when; the others go on.';

alter table public.meter_outbox enable row level security;
alter table public.meter_backoffs enable row level security;
grant select, insert, update, delete on public.meter_outbox to service_role;
grant select, insert, update, delete on public.meter_backoffs to service_role;

-- Adds overage that the ledger has just billed to its window. The caller holds the account's lock. A window that is
-- frozen already gets a further revision with the difference alone. A window never crosses the end of a period, and one
-- left open by another period is closed. The first update is the whole of the common case.
create function private.count_overage(balance public.credit_balances, overage bigint, happened_at timestamptz) returns void
language plpgsql set search_path = '' as $$
<<words>>
declare
  used_at constant timestamptz := case when happened_at >= balance.overage_ends_at then balance.overage_ends_at - interval '1 microsecond' else happened_at end;
  slot constant timestamptz := date_bin('5 minutes', used_at, '2000-01-01 00:00:00+00');
  known public.meter_outbox;
  starts_at timestamptz;
  ends_at timestamptz;
begin
  update public.meter_outbox m set value = m.value + count_overage.overage
  where m.account_id = balance.account_id and m.window_start_at <= used_at and m.window_start_at > used_at - interval '5 minutes' and m.window_end_at > used_at
    and m.state = 'open' and m.period_start_at is not distinct from balance.overage_starts_at;
  if found then return; end if;
  select * into known from public.meter_outbox m
  where m.account_id = balance.account_id and m.window_start_at <= used_at and m.window_start_at > used_at - interval '5 minutes' and m.window_end_at > used_at
  order by m.revision desc limit 1;
  if known.state = 'open' then
    update public.meter_outbox m set state = 'closed', next_attempt_at = balance.as_of,
      window_end_at = case when balance.overage_starts_at > m.window_start_at and balance.overage_starts_at <= used_at
        then balance.overage_starts_at else m.window_end_at end
    where m.id = known.id and m.state = 'open' returning m.* into known;
  end if;
  if known.window_end_at > used_at then
    starts_at := known.window_start_at;
    ends_at := known.window_end_at;
  else
    select greatest(slot, max(m.window_end_at) filter (where m.window_end_at <= used_at),
        case when balance.overage_starts_at <= used_at then balance.overage_starts_at end),
      least(slot + interval '5 minutes', min(m.window_start_at) filter (where m.window_start_at > used_at),
        case when balance.overage_ends_at > used_at then balance.overage_ends_at end)
    into starts_at, ends_at
    from public.meter_outbox m
    where m.account_id = balance.account_id and m.window_start_at between slot - interval '5 minutes' and slot + interval '5 minutes';
  end if;
  insert into public.meter_outbox (account_id, window_start_at, window_end_at, revision, value, event_at, period_start_at, period_end_at, recorded_at)
  select balance.account_id, starts_at, ends_at, private.next_meter_revision(balance.account_id, starts_at, ends_at), count_overage.overage,
    date_trunc('second', used_at), balance.overage_starts_at, balance.overage_ends_at, balance.as_of;
end $$;

-- The number of a window's next revision: 0 for the first.
create function private.next_meter_revision(account_id uuid, window_start_at timestamptz, window_end_at timestamptz) returns integer
language plpgsql stable set search_path = '' as $$
begin
  return (select coalesce(max(m.revision) + 1, 0) from public.meter_outbox m
    where m.account_id = next_meter_revision.account_id and m.window_start_at = next_meter_revision.window_start_at
      and m.window_end_at = next_meter_revision.window_end_at);
end $$;
grant execute on function private.next_meter_revision(uuid, timestamptz, timestamptz) to service_role;

-- Ends an account's open windows now, so that what was used can be sent before a period is ended. Under the account's
-- lock: whatever is billed after it goes to another window. Answers { ok, code: 'cut', closed }.
create function public.cut_meter_windows(account_id uuid, at timestamptz) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  balance public.credit_balances := private.lock_balance(cut_meter_windows.account_id, private.checked_time(cut_meter_windows.at));
  closed integer;
begin
  if balance.account_id is null then return private.refusal('unknown_account'); end if;
  update public.meter_outbox m set state = 'closed', next_attempt_at = cut_meter_windows.at,
    window_end_at = greatest(least(m.window_end_at, balance.as_of), m.window_start_at + interval '1 microsecond')
  where m.account_id = balance.account_id and m.state = 'open';
  get diagnostics closed = row_count;
  return jsonb_build_object('ok', true, 'code', 'cut', 'closed', closed);
end $$;
grant execute on function public.cut_meter_windows(uuid, timestamptz) to service_role;

-- Freezes the windows that are over: a minute after their end, since other servers' clocks differ, and at once at the end
-- of a period. Answers how many; what another transaction is writing waits for the next time.
create function public.close_meter_windows(most integer, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(close_meter_windows.at);
  closed integer;
begin
  update public.meter_outbox m set state = 'closed', next_attempt_at = checked_at
  where m.id in (
    select over.id from public.meter_outbox over
    where over.state = 'open' and over.window_end_at <= checked_at
      and (over.window_end_at <= checked_at - interval '60 seconds' or over.window_end_at = over.period_end_at)
    order by over.window_end_at limit close_meter_windows.most for update skip locked
  ) and m.state = 'open';
  get diagnostics closed = row_count;
  return jsonb_build_object('ok', true, 'code', 'closed', 'closed', closed);
end $$;
grant execute on function public.close_meter_windows(integer, timestamptz) to service_role;

-- Keeps closed windows unsent for good, where another system bills overage.
create function public.keep_meter_windows(at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
begin
  perform private.checked_time(keep_meter_windows.at);
  update public.meter_outbox m set next_attempt_at = null where m.state = 'closed' and m.next_attempt_at <= keep_meter_windows.at;
  return jsonb_build_object('ok', true, 'code', 'kept');
end $$;
grant execute on function public.keep_meter_windows(timestamptz) to service_role;

-- The overage used since a time, the start of the running period unless told, that Stripe has not accepted yet, and the
-- part of which we do not know. What missed its own period counts, since it will be billed in the running one.
create function public.read_unreported_overage(account_id uuid, since timestamptz default null) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('ok', true, 'code', 'read',
    'credits', coalesce(sum(m.value) filter (where m.state in ('open', 'closed', 'blocked', 'sending', 'rejected', 'stale', 'review')), 0),
    'in_doubt', coalesce(sum(m.value) filter (where m.state in ('unsure', 'verify')), 0))
  from public.meter_outbox m
  where m.account_id = read_unreported_overage.account_id
    and m.state in ('open', 'closed', 'blocked', 'sending', 'rejected', 'stale', 'review', 'unsure', 'verify')
    and (m.state = 'stale' or m.event_at >= coalesce(read_unreported_overage.since,
      (select b.overage_starts_at from public.credit_balances b where b.account_id = read_unreported_overage.account_id), '-infinity'))
$$;
grant execute on function public.read_unreported_overage(uuid, timestamptz) to service_role;
