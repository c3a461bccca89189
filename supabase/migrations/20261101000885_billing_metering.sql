-- Sending the meter outbox. lib/billing/metering.ts decides what becomes of a row; these functions claim it for one worker
-- and write the decision down. None of them waits for a row that somebody else holds.

-- Where an account's overage goes: the customer of its mirrored subscription, and whether that sells overage now (live),
-- does not yet (waiting), no longer (ended), or there is nobody to bill (none). since is when that subscription began.
create function private.meter_target(
  account_id uuid, livemode boolean, out customer_id text, out subscription_id text, out standing text, out since timestamptz
)
language plpgsql stable set search_path = '' as $$
begin
  select c.customer_id, s.id, case when s.id is null then 'waiting' when s.status in ('canceled', 'incomplete_expired') then 'ended'
    when s.has_metered_item then 'live' else 'waiting' end, s.created_at
  into customer_id, subscription_id, standing, since
  from public.stripe_customers c
  left join public.subscriptions s on s.customer_id = c.customer_id and s.is_mirrored
  where c.account_id = meter_target.account_id and c.livemode = meter_target.livemode and c.deleted_at is null;
  standing := coalesce(standing, 'none');
end $$;
grant execute on function private.meter_target(uuid, boolean) to service_role;

-- Whether a window is from when the account was a customer in Stripe's other mode only: what was used for play money must
-- never be charged.
create function private.is_of_other_mode(used public.meter_outbox, livemode boolean) returns boolean
language sql stable set search_path = '' as $$
  select bool_or(c.livemode <> is_of_other_mode.livemode) and not bool_or(c.livemode = is_of_other_mode.livemode)
  from public.stripe_customers c
  where c.account_id = (is_of_other_mode.used).account_id and c.created_at < (is_of_other_mode.used).window_end_at
$$;
grant execute on function private.is_of_other_mode(public.meter_outbox, boolean) to service_role;

-- Frees what a worker that died held, whose outcome is unknown, and addresses closed rows to the account's customer. One
-- that nobody can be billed for waits as blocked, and is dated anew when that changes; one whose subscription has ended
-- is stale.
create function public.prepare_meter_rows(livemode boolean, meter text, most integer, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(prepare_meter_rows.at);
  waiting public.meter_outbox;
  target record;
  blocked integer := 0;
begin
  update public.meter_outbox m set state = 'unsure', is_in_doubt = true, claimed_by = null, claimed_until = null, next_attempt_at = checked_at
  where m.id in (select dead.id from public.meter_outbox dead where dead.state = 'sending' and dead.claimed_until <= checked_at for update skip locked);
  for waiting in
    select m.* from public.meter_outbox m
    where m.state in ('closed', 'blocked') and m.identifier is null and m.next_attempt_at <= checked_at
    order by m.next_attempt_at, m.window_start_at limit prepare_meter_rows.most for update skip locked
  loop
    if private.is_of_other_mode(waiting, prepare_meter_rows.livemode) then
      update public.meter_outbox m set state = 'written_off', next_attempt_at = null, last_error = 'used while the account was only known in Stripe''s other mode'
      where m.id = waiting.id;
      continue;
    end if;
    select * into target from private.meter_target(waiting.account_id, prepare_meter_rows.livemode);
    if target.standing = 'live' then
      if waiting.state = 'blocked' then
        waiting.event_at := date_trunc('second', checked_at);
        waiting.is_rebased := true;
      end if;
      update public.meter_outbox m set state = 'closed', livemode = prepare_meter_rows.livemode, customer_id = target.customer_id,
        meter = prepare_meter_rows.meter, event_at = waiting.event_at, is_rebased = waiting.is_rebased, next_attempt_at = checked_at,
        identifier = encode(sha256(convert_to(concat_ws('|', m.account_id, prepare_meter_rows.livemode, target.customer_id, prepare_meter_rows.meter,
          extract(epoch from m.window_start_at), extract(epoch from m.window_end_at), m.revision), 'UTF8')), 'hex')
      where m.id = waiting.id;
    elsif target.standing = 'ended' then
      update public.meter_outbox m set state = 'stale', livemode = prepare_meter_rows.livemode, next_attempt_at = checked_at where m.id = waiting.id;
    else
      update public.meter_outbox m set state = 'blocked', next_attempt_at = checked_at + interval '1 minute' where m.id = waiting.id;
      blocked := blocked + 1;
    end if;
  end loop;
  return jsonb_build_object('ok', true, 'code', 'prepared', 'blocked', blocked);
end $$;
grant execute on function public.prepare_meter_rows(boolean, text, integer, timestamptz) to service_role;

-- Claims the row that has waited longest, of a customer that has no call in flight and is not to be spared; periods that
-- are over come first. Answers the row, with where the running period of the ledger stands, or null.
create function public.claim_meter_row(livemode boolean, meter text, customer_id text, lease uuid, lease_seconds integer, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(claim_meter_row.at);
  candidate record;
  claimed public.meter_outbox;
  former text;
  target record;
  balance public.credit_balances;
begin
  for candidate in
    select m.id, m.customer_id from public.meter_outbox m
    where m.state in ('closed', 'unsure') and m.next_attempt_at <= checked_at and m.identifier is not null
      and m.livemode = claim_meter_row.livemode and m.meter = claim_meter_row.meter
      and (claim_meter_row.customer_id is null or m.customer_id = claim_meter_row.customer_id)
      and not exists (select from public.meter_outbox flying
        where flying.state = 'sending' and flying.livemode = m.livemode and flying.customer_id = m.customer_id and flying.meter = m.meter)
      and not exists (select from public.meter_backoffs b
        where b.livemode = m.livemode and b.customer_id = m.customer_id and b.meter = m.meter and b.until_at > checked_at)
    order by coalesce(m.period_end_at <= checked_at, false) desc, m.next_attempt_at, m.window_start_at, m.revision limit 100
  loop
    continue when not pg_try_advisory_xact_lock(hashtextextended(candidate.customer_id, 21));
    select m.* into claimed from public.meter_outbox m
    where m.id = candidate.id and m.state in ('closed', 'unsure') and m.next_attempt_at <= checked_at
      and not exists (select from public.meter_outbox flying
        where flying.state = 'sending' and flying.livemode = m.livemode and flying.customer_id = m.customer_id and flying.meter = m.meter)
    for update of m skip locked;
    continue when claimed.id is null;
    former := claimed.state;
    update public.meter_outbox m set state = 'sending', claimed_by = claim_meter_row.lease, attempts = m.attempts + 1,
      claimed_until = checked_at + make_interval(secs => lease_seconds), first_attempt_at = coalesce(m.first_attempt_at, checked_at)
    where m.id = claimed.id returning m.* into claimed;
    select * into target from private.meter_target(claimed.account_id, claimed.livemode);
    select * into balance from public.credit_balances b where b.account_id = claimed.account_id;
    return to_jsonb(claimed) || jsonb_build_object('former_state', former, 'standing', target.standing, 'subscription_id', target.subscription_id,
      'subscription_since', target.since, 'running_since', case when balance.overage_ends_at <= checked_at then balance.overage_ends_at else balance.overage_starts_at end);
  end loop;
  return null;
end $$;
grant execute on function public.claim_meter_row(boolean, text, text, uuid, integer, timestamptz) to service_role;

-- Writes down what became of a claimed row. `attempted` false means that nothing was sent after all; `spare_until` asks to
-- leave its customer alone until then. Answers lease_lost when somebody else has taken over.
create function public.finish_meter_row(
  id uuid, lease uuid, state text, attempted boolean, next_attempt_at timestamptz, spare_until timestamptz, error text, at timestamptz
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(finish_meter_row.at);
  finished public.meter_outbox;
begin
  update public.meter_outbox m set
    state = finish_meter_row.state, claimed_by = null, claimed_until = null, next_attempt_at = finish_meter_row.next_attempt_at,
    accepted_at = case when finish_meter_row.state = 'accepted' then checked_at else m.accepted_at end,
    is_in_doubt = case finish_meter_row.state when 'accepted' then false when 'unsure' then m.is_in_doubt or finish_meter_row.attempted else m.is_in_doubt end,
    attempts = case when finish_meter_row.attempted then m.attempts else m.attempts - 1 end,
    first_attempt_at = case when not finish_meter_row.attempted and m.attempts = 1 then null else m.first_attempt_at end,
    last_error = finish_meter_row.error
  where m.id = finish_meter_row.id and m.state = 'sending' and m.claimed_by = finish_meter_row.lease
  returning m.* into finished;
  if finished.id is null then return jsonb_build_object('ok', false, 'code', 'lease_lost'); end if;
  if finished.state = 'blocked' then
    update public.meter_outbox m set identifier = null, livemode = null, customer_id = null, meter = null where m.id = finished.id;
  end if;
  if spare_until is not null then
    insert into public.meter_backoffs as known (livemode, customer_id, meter, refusals, until_at)
    values (finished.livemode, finished.customer_id, finished.meter, 1, spare_until)
    on conflict on constraint meter_backoffs_pkey do update set refusals = known.refusals + 1, until_at = excluded.until_at;
  elsif finished.state = 'accepted' then
    delete from public.meter_backoffs b where b.livemode = finished.livemode and b.customer_id = finished.customer_id and b.meter = finished.meter;
  end if;
  return jsonb_build_object('ok', true, 'code', finished.state);
end $$;
grant execute on function public.finish_meter_row(uuid, uuid, text, boolean, timestamptz, timestamptz, text, timestamptz) to service_role;

-- How often in a row Stripe has asked us to spare a customer.
create function public.read_meter_refusals(livemode boolean, customer_id text, meter text) returns integer
language sql stable set search_path = '' as $$
  select coalesce(max(b.refusals), 0) from public.meter_backoffs b
  where b.livemode = read_meter_refusals.livemode and b.customer_id = read_meter_refusals.customer_id and b.meter = read_meter_refusals.meter
$$;
grant execute on function public.read_meter_refusals(boolean, text, text) to service_role;

-- Makes a row its next revision, to be sent under a new identifier; what it was known by before is kept. `rebase` dates it
-- to now, so that it falls into a period that is still to be billed.
create function private.revise_meter_row(row_id uuid, rebase boolean, at timestamptz) returns void
language plpgsql set search_path = '' as $$
begin
  update public.meter_outbox m set
    state = 'closed', revision = private.next_meter_revision(m.account_id, m.window_start_at, m.window_end_at),
    former_identifiers = case when m.identifier is null then m.former_identifiers else m.former_identifiers || m.identifier end,
    identifier = null, livemode = null, customer_id = null, meter = null, claimed_by = null, claimed_until = null,
    is_in_doubt = false, attempts = 0, first_attempt_at = null, accepted_at = null, confirmed_at = null, looked_at = null, looked_sum = null,
    next_attempt_at = revise_meter_row.at, is_rebased = m.is_rebased or rebase,
    event_at = case when rebase then date_trunc('second', revise_meter_row.at) else m.event_at end,
    period_start_at = case when rebase then b.overage_starts_at else m.period_start_at end,
    period_end_at = case when rebase then b.overage_ends_at else m.period_end_at end
  from public.credit_balances b
  where m.id = revise_meter_row.row_id and b.account_id = m.account_id;
end $$;
grant execute on function private.revise_meter_row(uuid, boolean, timestamptz) to service_role;

-- Whether an account is held, disputes a payment, or was found right in saying that it had not bought or had canceled:
-- then no invoice is made for what is left.
create function private.is_charging_stopped(account_id uuid) returns boolean
language sql stable set search_path = '' as $$
  select exists (select from public.account_holds h where h.account_id = is_charging_stopped.account_id)
    or exists (select from public.payments p where p.account_id = is_charging_stopped.account_id and p.is_disputed)
    or exists (
      select from public.payments p cross join jsonb_array_elements(p.disputes) d
      where p.account_id = is_charging_stopped.account_id and d ->> 'status' = 'lost'
        and d ->> 'reason' in ('fraudulent', 'subscription_canceled')
    )
$$;
grant execute on function private.is_charging_stopped(uuid) to service_role;

-- Claims the accounts with usage that missed its period for ten minutes, with where it can go now.
create function public.claim_stale_usage(livemode boolean, only_account uuid, most integer, at timestamptz) returns jsonb
language sql set search_path = '' as $$
  with due as (
    select m.id from public.meter_outbox m
    where m.state = 'stale' and (m.livemode is null or m.livemode = claim_stale_usage.livemode) and m.next_attempt_at <= claim_stale_usage.at
      and (claim_stale_usage.only_account is null or m.account_id = claim_stale_usage.only_account)
    order by m.next_attempt_at limit claim_stale_usage.most for update skip locked
  ), claimed as (
    update public.meter_outbox m set next_attempt_at = private.checked_time(claim_stale_usage.at) + interval '10 minutes'
    from due where m.id = due.id returning m.account_id, m.id
  ), late as (
    select claimed.account_id, jsonb_agg(claimed.id) as rows from claimed group by claimed.account_id
  )
  select coalesce(jsonb_agg(jsonb_build_object('account_id', late.account_id, 'rows', late.rows,
    'standing', case when target.standing = 'ended' and private.is_charging_stopped(late.account_id) then 'none' else target.standing end)), '[]')
  from late cross join lateral private.meter_target(late.account_id, claim_stale_usage.livemode) target
$$;
grant execute on function public.claim_stale_usage(boolean, uuid, integer, timestamptz) to service_role;

-- Dates what missed its period to now, in rows that nobody has begun to bill otherwise.
create function public.rebase_usage(account_id uuid, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(rebase_usage.at);
  late uuid;
  rebased integer := 0;
begin
  for late in
    select m.id from public.meter_outbox m
    where m.account_id = rebase_usage.account_id and m.state = 'stale' and m.remainder_id is null
    order by m.window_start_at, m.revision limit 500 for update skip locked
  loop
    perform private.revise_meter_row(late, true, checked_at);
    rebased := rebased + 1;
  end loop;
  return jsonb_build_object('ok', true, 'code', 'rebased', 'rows', rebased);
end $$;
grant execute on function public.rebase_usage(uuid, timestamptz) to service_role;

-- Puts rows together that will be billed by one invoice item, once: asked again, the same ones are answered until they
-- are. Answers { ok, code, remainder_id, credits, from_at, to_at, customer_id, subscription_id }, remainder_id null for none.
create function public.claim_usage_remainder(account_id uuid, livemode boolean, row_ids uuid[], at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(claim_usage_remainder.at);
  remainder uuid;
  target record;
begin
  perform pg_advisory_xact_lock(hashtextextended(claim_usage_remainder.account_id::text, 22));
  select m.remainder_id into remainder from public.meter_outbox m
  where m.account_id = claim_usage_remainder.account_id and m.state = 'stale' and m.remainder_id is not null limit 1;
  if remainder is null then
    remainder := gen_random_uuid();
    update public.meter_outbox m set state = 'stale', remainder_id = remainder, livemode = claim_usage_remainder.livemode, next_attempt_at = checked_at
    where m.account_id = claim_usage_remainder.account_id and m.id = any (row_ids)
      and m.state in ('closed', 'blocked', 'rejected', 'stale', 'accepted', 'confirmed', 'unsure', 'verify');
  end if;
  select * into target from private.meter_target(claim_usage_remainder.account_id, claim_usage_remainder.livemode);
  return (
    select jsonb_build_object('ok', true, 'code', 'claimed', 'remainder_id', min(m.remainder_id::text), 'credits', coalesce(sum(m.value), 0),
      'from_at', min(m.window_start_at), 'to_at', max(m.window_end_at), 'customer_id', coalesce(min(m.customer_id), target.customer_id),
      'subscription_id', target.subscription_id, 'standing', target.standing)
    from public.meter_outbox m where m.remainder_id = remainder and m.state = 'stale');
end $$;
grant execute on function public.claim_usage_remainder(uuid, boolean, uuid[], timestamptz) to service_role;

-- Says how a remainder was billed; without an invoice item it was written off.
create function public.finish_usage_remainder(remainder_id uuid, invoice_item_id text, invoice_id text, reason text, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
begin
  perform private.checked_time(finish_usage_remainder.at);
  update public.meter_outbox m set
    state = case when finish_usage_remainder.invoice_item_id is null then 'written_off' else 'billed' end,
    invoice_item_id = finish_usage_remainder.invoice_item_id, invoice_id = finish_usage_remainder.invoice_id,
    next_attempt_at = null, last_error = coalesce(finish_usage_remainder.reason, m.last_error)
  where m.remainder_id = finish_usage_remainder.remainder_id and m.state = 'stale';
  return jsonb_build_object('ok', found, 'code', case when found then 'finished' else 'unknown_remainder' end);
end $$;
grant execute on function public.finish_usage_remainder(uuid, text, text, text, timestamptz) to service_role;
