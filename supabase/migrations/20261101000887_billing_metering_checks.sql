-- Comparing the meter outbox with what Stripe shows: by hours, by periods, by invoices, and what it reports as errors.

-- Claims one hour of one customer in which a row waits to be compared with Stripe's summary, for 15 minutes. Answers
-- { customer_id, hour_at, rows }, with every row of that hour that was or may have been sent, or null.
create function public.claim_meter_hour(livemode boolean, meter text, customer_id text, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(claim_meter_hour.at);
  due public.meter_outbox;
  hour_at timestamptz;
begin
  select m.* into due from public.meter_outbox m
  where m.state in ('accepted', 'verify') and m.next_attempt_at <= checked_at
    and m.livemode = claim_meter_hour.livemode and m.meter = claim_meter_hour.meter
    and (claim_meter_hour.customer_id is null or m.customer_id = claim_meter_hour.customer_id)
  order by m.next_attempt_at limit 1 for update skip locked;
  -- One worker a customer. Nobody here waits for a row, so that two workers never wait for each other.
  if due.id is null or not pg_try_advisory_xact_lock(hashtextextended(due.customer_id, 23)) then return null; end if;
  hour_at := date_trunc('hour', due.event_at, 'UTC');
  update public.meter_outbox m set next_attempt_at = checked_at + interval '15 minutes'
  where m.id in (
    select other.id from public.meter_outbox other
    where other.livemode = due.livemode and other.customer_id = due.customer_id and other.meter = due.meter
      and other.event_at >= hour_at and other.event_at < hour_at + interval '1 hour'
      and other.state in ('accepted', 'verify') and other.next_attempt_at <= checked_at
    for update skip locked);
  return jsonb_build_object('customer_id', due.customer_id, 'hour_at', hour_at, 'rows', (
    select jsonb_agg(to_jsonb(m) order by m.event_at, m.revision) from public.meter_outbox m
    where m.livemode = due.livemode and m.customer_id = due.customer_id and m.meter = due.meter
      and m.event_at >= hour_at and m.event_at < hour_at + interval '1 hour'
      and m.state in ('closed', 'sending', 'unsure', 'verify', 'accepted', 'confirmed', 'billed', 'canceling', 'review') and m.invoice_item_id is null));
end $$;
grant execute on function public.claim_meter_hour(boolean, text, text, timestamptz) to service_role;

-- Writes down what a comparison showed, row by row: { id, revision, was, becomes, sum, next_attempt_at, error }. `revised`
-- sends the row again under a new identifier. A row that has changed meanwhile is left alone.
create function public.save_meter_checks(checks jsonb, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(save_meter_checks.at);
  item record;
  saved integer := 0;
begin
  for item in
    select * from jsonb_to_recordset(checks) c (id uuid, revision integer, was text, becomes text, sum bigint, next_attempt_at timestamptz, error text) order by c.id
  loop
    perform from public.meter_outbox m where m.id = item.id and m.revision = item.revision and m.state = item.was for update;
    continue when not found;
    saved := saved + 1;
    if item.becomes = 'revised' then
      perform private.revise_meter_row(item.id, false, checked_at);
      continue;
    end if;
    update public.meter_outbox m set state = item.becomes, looked_at = case when item.sum is null then m.looked_at else checked_at end,
      looked_sum = item.sum, next_attempt_at = item.next_attempt_at, last_error = item.error,
      is_in_doubt = case when item.becomes = 'confirmed' then false else m.is_in_doubt end,
      accepted_at = case when item.becomes = 'confirmed' then coalesce(m.accepted_at, checked_at) else m.accepted_at end,
      confirmed_at = case when item.becomes = 'confirmed' then checked_at else m.confirmed_at end
    where m.id = item.id;
  end loop;
  return jsonb_build_object('ok', true, 'code', 'saved', 'rows', saved);
end $$;
grant execute on function public.save_meter_checks(jsonb, timestamptz) to service_role;

-- What we have told Stripe of an account in a span of time, and how many rows are not settled with Stripe yet.
create function public.read_meter_total(account_id uuid, from_at timestamptz, to_at timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('ok', true, 'code', 'read',
    'told', coalesce(sum(m.value) filter (where m.state in ('accepted', 'confirmed', 'billed')), 0),
    'waiting', count(*) filter (where m.state in ('open', 'closed', 'blocked', 'sending', 'unsure', 'verify', 'stale', 'canceling', 'rejected', 'review')))
  from public.meter_outbox m
  where m.account_id = read_meter_total.account_id and m.invoice_item_id is null
    and (m.state in ('open', 'closed', 'blocked', 'sending', 'unsure', 'verify', 'stale', 'canceling', 'rejected', 'review')
      or (m.event_at >= read_meter_total.from_at and m.event_at < read_meter_total.to_at))
$$;
grant execute on function public.read_meter_total(uuid, timestamptz, timestamptz) to service_role;

-- Where an account's usage goes and since when its period runs, with the rows that no invoice has yet, and those billed
-- ones that share an hour with them.
create function public.read_unbilled_usage(account_id uuid, livemode boolean) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('ok', true, 'code', 'read', 'customer_id', target.customer_id, 'subscription_id', target.subscription_id,
    'standing', target.standing,
    'period_start_at', (select b.overage_starts_at from public.credit_balances b where b.account_id = read_unbilled_usage.account_id),
    'rows', coalesce((
      select jsonb_agg(to_jsonb(m) order by m.event_at, m.revision) from public.meter_outbox m
      where m.account_id = read_unbilled_usage.account_id
        and (m.state in ('closed', 'blocked', 'rejected', 'stale', 'sending', 'unsure', 'verify', 'accepted', 'confirmed', 'review')
          or (m.state = 'billed' and m.invoice_item_id is null and m.event_at >= (
            select date_trunc('hour', b.overage_starts_at, 'UTC') from public.credit_balances b where b.account_id = m.account_id)))), '[]'))
  from private.meter_target(read_unbilled_usage.account_id, read_unbilled_usage.livemode) target
$$;
grant execute on function public.read_unbilled_usage(uuid, boolean) to service_role;

-- Customers whose period is over although not everything of it has reached Stripe, as long as its invoice may be a draft.
create function public.read_late_customers(livemode boolean, at timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(distinct target.customer_id), '[]')
  from (
    select distinct m.account_id from public.meter_outbox m
    where m.state in ('open', 'closed', 'blocked', 'sending', 'unsure') and m.period_end_at <= read_late_customers.at
      and m.period_end_at > read_late_customers.at - interval '5 days'
  ) late
  cross join lateral private.meter_target(late.account_id, read_late_customers.livemode) target
  where target.customer_id is not null
$$;
grant execute on function public.read_late_customers(boolean, timestamptz) to service_role;

-- Whether anything could be sent or frozen at this moment.
create function public.has_due_usage(at timestamptz) returns boolean
language sql stable set search_path = '' as $$
  select exists (
    select from public.meter_outbox m
    where m.state in ('closed', 'unsure', 'stale', 'canceling') and m.next_attempt_at <= has_due_usage.at and not exists (
      select from public.meter_backoffs b
      where b.livemode = m.livemode and b.customer_id = m.customer_id and b.meter = m.meter and b.until_at > has_due_usage.at)
  ) or exists (
    select from public.meter_outbox m
    where m.state = 'open' and m.window_end_at <= has_due_usage.at
      and (m.window_end_at <= has_due_usage.at - interval '60 seconds' or m.window_end_at = m.period_end_at)
  ) or exists (
    select from public.meter_outbox m where m.state = 'sending' and m.claimed_until <= has_due_usage.at
  ) or exists (
    select from public.stripe_thin_events e where e.status = 'pending' and e.next_attempt_at <= has_due_usage.at
  )
$$;
grant execute on function public.has_due_usage(timestamptz) to service_role;

-- Marks confirmed rows as billed once the invoice of their period is final and charges exactly what Stripe was told. An
-- invoice that charges something else leaves them confirmed, and stripe:reconcile names it.
create function public.mark_billed_windows(livemode boolean, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  billed integer;
begin
  perform private.checked_time(mark_billed_windows.at);
  with waiting as (
    select m.account_id, min(m.event_at) as first_at from public.meter_outbox m
    where m.state = 'confirmed' and m.livemode = mark_billed_windows.livemode group by m.account_id
  ), lines as (
    select i.account_id, l.invoice_id, l.period_start_at, l.period_end_at, sum(l.quantity) as quantity
    from waiting
    join public.invoices i on i.account_id = waiting.account_id and i.created_at >= waiting.first_at
    join public.invoice_lines l on l.invoice_id = i.id and l.kind = 'overage'
    where i.livemode = mark_billed_windows.livemode and i.status in ('open', 'paid', 'uncollectible', 'void')
    group by 1, 2, 3, 4
  ), agreed as (
    select lines.* from lines
    where lines.quantity = greatest(0, (
      select sum(m.value) from public.meter_outbox m
      where m.account_id = lines.account_id and m.event_at >= lines.period_start_at and m.event_at < lines.period_end_at
        and m.state in ('accepted', 'confirmed', 'billed') and m.invoice_item_id is null and m.livemode = mark_billed_windows.livemode))
  )
  update public.meter_outbox m set state = 'billed', invoice_id = agreed.invoice_id, next_attempt_at = null
  from agreed
  where m.account_id = agreed.account_id and m.state = 'confirmed' and m.livemode = mark_billed_windows.livemode
    and m.event_at >= agreed.period_start_at and m.event_at < agreed.period_end_at;
  get diagnostics billed = row_count;
  return jsonb_build_object('ok', true, 'code', 'marked', 'rows', billed);
end $$;
grant execute on function public.mark_billed_windows(boolean, timestamptz) to service_role;

-- One row of an account, with its subscription and since when its period runs.
create function public.read_meter_row(account_id uuid, id uuid, livemode boolean, at timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('ok', true, 'code', 'read',
    'row', (select to_jsonb(m) from public.meter_outbox m where m.account_id = read_meter_row.account_id and m.id = read_meter_row.id),
    'subscription_id', target.subscription_id, 'subscription_since', target.since,
    'running_since', (
      select case when b.overage_ends_at <= read_meter_row.at then b.overage_ends_at else b.overage_starts_at end
      from public.credit_balances b where b.account_id = read_meter_row.account_id))
  from private.meter_target(read_meter_row.account_id, read_meter_row.livemode) target
$$;
grant execute on function public.read_meter_row(uuid, uuid, boolean, timestamptz) to service_role;

-- Plans that have ended in the last days although usage that Stripe counted in their time is on no invoice yet. While a
-- payment is disputed or the account is held, nothing more is charged to its card.
create function public.read_ended_usage(livemode boolean, at timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('account_id', s.account_id, 'subscription_id', s.id, 'since', s.created_at, 'ended_at', s.ended_at)), '[]')
  from public.subscriptions s
  where s.livemode = read_ended_usage.livemode and s.status = 'canceled'
    and s.ended_at between read_ended_usage.at - interval '7 days' and read_ended_usage.at - interval '2 hours'
    and not private.is_charging_stopped(s.account_id)
    and exists (select from public.meter_outbox m
      where m.account_id = s.account_id and m.state = 'confirmed' and m.event_at >= s.created_at and m.event_at <= s.ended_at)
$$;
grant execute on function public.read_ended_usage(boolean, timestamptz) to service_role;

-- Usage that nothing but a person moves on: refused by Stripe or not adding up, waiting for two days for somebody to be
-- billed, or begun as an invoice item that could not be made, as with a price in tiers; reports given up, and plans that
-- were to be ended at once and are not after an hour.
create function public.read_stuck_usage(at timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'refused', (select count(*) from public.meter_outbox m where m.state in ('rejected', 'review')),
    'blocked', (select count(*) from public.meter_outbox m where m.state = 'blocked' and m.window_end_at < read_stuck_usage.at - interval '2 days'),
    'unbillable', (select count(distinct m.remainder_id) from public.meter_outbox m
      where m.state = 'stale' and m.remainder_id is not null and m.window_end_at < read_stuck_usage.at - interval '1 hour'),
    'reports_dead', (select count(*) from public.stripe_thin_events e where e.status = 'dead'),
    'endings_late', (select count(*) from public.subscription_endings e
      where e.next_attempt_at is not null and e.requested_at < read_stuck_usage.at - interval '1 hour')
  )
$$;
grant execute on function public.read_stuck_usage(timestamptz) to service_role;
