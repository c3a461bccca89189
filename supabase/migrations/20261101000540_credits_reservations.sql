-- Reserve, heartbeat, settle, release, and the expiry of reservations.

-- Sets credits aside before the AI provider is called, so that two calls at once cannot spend the same credits: the
-- account's lock orders them. Answers { ok, code, amount, overage, available }, or { ok: false, code:
-- 'insufficient_credits', available, overage_left, needed } when there are too few. The first update is the whole of the common case.
create function public.reserve_credits(
  account_id uuid, key text, amount bigint, time_to_live_seconds integer, at timestamptz,
  overage_permitted bigint default 0, feature text default null
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(reserve_credits.at);
  hash constant uuid := lpad(to_hex(reserve_credits.amount), 32, '0')::uuid;
  operation_id uuid;
  free bigint;
  reserved_at timestamptz;
begin
  if amount is null or amount not between 1 and 9007199254740991 then return private.refusal('invalid_amount'); end if;
  if overage_permitted not between 0 and 9007199254740991 then return private.refusal('invalid_amount', 'overage_permitted is a number of credits'); end if;
  if time_to_live_seconds is null or time_to_live_seconds not between 1 and 604800 then
    return private.refusal('invalid_amount', 'a reservation lives 1 second to 7 days');
  end if;
  if char_length(coalesce(key, '')) not between 1 and 255 then return private.refusal('invalid_key', private.key_problem(key)); end if;
  operation_id := private.operation_id('reserve', key);

  perform pg_advisory_xact_lock(hashtextextended(reserve_credits.account_id::text, 20));
  update public.credit_balances b set
    reserved = b.reserved + reserve_credits.amount,
    as_of = greatest(b.as_of, checked_at),
    next_change_at = least(b.next_change_at, greatest(b.as_of, checked_at) + make_interval(secs => time_to_live_seconds))
  where b.account_id = reserve_credits.account_id and b.next_change_at > checked_at
    and b.frozen_at is null and b.debt = 0 and b.total - b.reserved >= reserve_credits.amount
  returning b.total - b.reserved, b.as_of into free, reserved_at;
  if not found then return private.reserve_slowly(account_id, key, amount, time_to_live_seconds, checked_at, overage_permitted, feature, hash); end if;

  insert into public.credit_reservations (account_id, id, key, arguments_hash, amount, overage, overage_permitted, available_after, feature, expires_at, reserved_at)
  values (reserve_credits.account_id, operation_id, reserve_credits.key, hash, reserve_credits.amount, 0, coalesce(reserve_credits.overage_permitted, 0), free,
    reserve_credits.feature, reserved_at + make_interval(secs => time_to_live_seconds), reserved_at)
  on conflict do nothing;
  if found then
    return jsonb_build_object('ok', true, 'code', 'reserved', 'amount', amount, 'overage', 0, 'available', free);
  end if;
  update public.credit_balances b set reserved = b.reserved - reserve_credits.amount where b.account_id = reserve_credits.account_id;
  return private.reserve_slowly(account_id, key, amount, time_to_live_seconds, checked_at, overage_permitted, feature, hash);
end $$;
grant execute on function public.reserve_credits(uuid, text, bigint, integer, timestamptz, bigint, text) to service_role;

create function private.reserve_slowly(
  account_id uuid, key text, amount bigint, time_to_live_seconds integer, at timestamptz,
  overage_permitted bigint, feature text, arguments_hash uuid
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  balance public.credit_balances := private.lock_balance(reserve_slowly.account_id, reserve_slowly.at);
  operation_id constant uuid := private.operation_id('reserve', reserve_slowly.key);
  existing public.credit_reservations;
  paid bigint;
  overage bigint;
  ends_at timestamptz;
begin
  if balance.account_id is null then return private.refusal('unknown_account'); end if;
  select * into existing from public.credit_reservations r where r.account_id = balance.account_id and r.id = operation_id;
  if found then
    if existing.arguments_hash <> reserve_slowly.arguments_hash then return private.refusal('idempotency_conflict'); end if;
    return jsonb_build_object('ok', true, 'code', 'duplicate', 'amount', existing.amount, 'overage', existing.overage, 'available', existing.available_after);
  end if;
  if balance.frozen_at is not null then return private.refusal('account_frozen'); end if;
  if balance.debt > 0 then return private.refusal('in_debt'); end if;
  paid := least(reserve_slowly.amount, balance.total - balance.reserved);
  overage := reserve_slowly.amount - paid;
  if overage > private.overage_room(balance, reserve_slowly.overage_permitted) then
    return private.insufficient(balance, reserve_slowly.amount, reserve_slowly.overage_permitted);
  end if;

  balance.reserved := balance.reserved + paid;
  balance.overage_reserved := balance.overage_reserved + overage;
  ends_at := balance.as_of + make_interval(secs => time_to_live_seconds);
  balance.next_change_at := least(balance.next_change_at, ends_at);
  insert into public.credit_reservations (account_id, id, key, arguments_hash, amount, overage, overage_permitted, available_after, feature, expires_at, reserved_at)
  values (balance.account_id, operation_id, reserve_slowly.key, reserve_slowly.arguments_hash, reserve_slowly.amount, overage,
    coalesce(reserve_slowly.overage_permitted, 0), balance.total - balance.reserved, reserve_slowly.feature, ends_at, balance.as_of);
  perform private.save_balance(balance);
  return jsonb_build_object('ok', true, 'code', 'reserved', 'amount', amount, 'overage', overage, 'available', balance.total - balance.reserved);
end $$;

-- overage_left is what the same permission would still let pass beyond the available credits.
create function private.insufficient(balance public.credit_balances, needed bigint, overage_permitted bigint) returns jsonb
language plpgsql immutable set search_path = '' as $$
begin
  return jsonb_build_object('ok', false, 'code', 'insufficient_credits', 'available', balance.total - balance.reserved,
    'overage_left', private.overage_room(balance, overage_permitted), 'needed', needed);
end $$;

-- Renews a reservation and notes what its call has used so far, never fewer than said before.
create function public.heartbeat_reservation(account_id uuid, key text, used_so_far bigint, time_to_live_seconds integer, at timestamptz) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(heartbeat_reservation.at);
  balance public.credit_balances;
  existing public.credit_reservations;
begin
  if used_so_far is null or used_so_far not between 0 and 9007199254740991
    or time_to_live_seconds is null or time_to_live_seconds not between 1 and 604800
  then
    return private.refusal('invalid_amount');
  end if;
  balance := private.lock_balance(heartbeat_reservation.account_id, checked_at);
  if balance.account_id is null then return private.refusal('unknown_account'); end if;
  select * into existing from public.credit_reservations r
  where r.account_id = balance.account_id and r.id = private.operation_id('reserve', coalesce(heartbeat_reservation.key, ''));
  if not found then return private.refusal('unknown_reservation'); end if;
  if existing.state <> 'open' then return private.refusal('reservation_closed'); end if;
  update public.credit_reservations r set
    used_so_far = greatest(r.used_so_far, heartbeat_reservation.used_so_far),
    expires_at = greatest(r.expires_at, balance.as_of + make_interval(secs => time_to_live_seconds))
  where r.account_id = existing.account_id and r.id = existing.id;
  return jsonb_build_object('ok', true, 'code', 'renewed');
end $$;
grant execute on function public.heartbeat_reservation(uuid, text, bigint, integer, timestamptz) to service_role;

-- A reservation that fell silent is billed at what its heartbeats said, as an estimate.
create function private.expire_reservation(balance public.credit_balances, reservation_id uuid, happened_at timestamptz) returns public.credit_balances
language plpgsql set search_path = '' as $$
declare
  silent public.credit_reservations;
  bill private.bill;
  operation_id uuid;
  feature text;
begin
  select * into silent from public.credit_reservations r
  where r.account_id = balance.account_id and r.id = expire_reservation.reservation_id;
  operation_id := private.operation_id('expire', silent.key);
  feature := coalesce(silent.feature, 'unattributed');
  silent.used_so_far := least(silent.used_so_far, private.bookable(balance));
  bill := private.bill_amount(balance, silent.used_so_far, silent.amount - silent.overage, silent.overage, silent.overage_permitted, true);
  balance := bill.balance;
  if bill.overage > 0 then perform private.count_overage(balance, bill.overage, expire_reservation.happened_at); end if;
  update public.credit_reservations r
  set state = 'expired', settled_amount = silent.used_so_far, closed_at = expire_reservation.happened_at
  where r.account_id = silent.account_id and r.id = silent.id;
  if silent.used_so_far > 0 then
    perform private.post_entry(balance, operation_id, 'spend', silent.key, silent.arguments_hash, silent.used_so_far,
      -(silent.used_so_far - bill.overage), bill.overage, bill.debt, bill.grant_ids, bill.grant_amounts, feature, null, true, expire_reservation.happened_at);
    perform private.store_usage(private.usage_event(balance.account_id, operation_id, silent.key, silent.arguments_hash,
      jsonb_build_object('feature', feature, 'estimated', true, 'occurred_at', expire_reservation.happened_at),
      silent.used_so_far, bill.overage, balance.as_of), null);
  end if;
  return private.settle_consequences(balance, expire_reservation.happened_at);
end $$;

-- Bills what a call really used, with its usage record, in one transaction: below the reserved amount the rest is
-- given back, above it free credits, then overage, then debt pay. 0 is allowed. Expired, it may still be settled once,
-- and only the difference to what its expiry billed is billed. Answers { ok, code, balance, spent, overage, debt }.
create function public.settle_reservation(account_id uuid, key text, amount bigint, usage jsonb, at timestamptz) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(settle_reservation.at);
  reservation_id uuid;
  operation_id uuid;
  held public.credit_reservations;
  balance public.credit_balances;
  problem text;
begin
  if amount is null or amount not between 0 and 9007199254740991 then return private.refusal('invalid_amount'); end if;
  problem := private.usage_problem(settle_reservation.usage, checked_at);
  if problem is not null then return private.refusal('invalid_usage', problem); end if;
  reservation_id := private.operation_id('reserve', coalesce(settle_reservation.key, ''));
  operation_id := private.operation_id('settle', coalesce(settle_reservation.key, ''));

  perform pg_advisory_xact_lock(hashtextextended(settle_reservation.account_id::text, 20));
  select * into held from public.credit_reservations r
  where r.account_id = settle_reservation.account_id and r.id = reservation_id;
  if held.state = 'open' and held.overage = 0 and settle_reservation.amount between 1 and held.amount then
    update public.credit_balances b set
      total = b.total - settle_reservation.amount,
      current_remaining = b.current_remaining - settle_reservation.amount,
      reserved = b.reserved - held.amount,
      as_of = greatest(b.as_of, checked_at)
    where b.account_id = settle_reservation.account_id and b.next_change_at > checked_at
      and b.debt = 0 and b.ending = 0 and b.current_remaining > settle_reservation.amount
      and (not b.low_credit_armed or b.total - settle_reservation.amount > b.low_credit_threshold)
    returning * into balance;
    if found then
      return private.close_settled(balance, held, amount, amount, operation_id, usage, 0, 0, array[balance.current_grant_id], array[amount]);
    end if;
  end if;
  return private.settle_slowly(account_id, amount, usage, checked_at, reservation_id, operation_id);
end $$;
grant execute on function public.settle_reservation(uuid, text, bigint, jsonb, timestamptz) to service_role;

create function private.settle_slowly(
  account_id uuid, amount bigint, usage jsonb, at timestamptz, reservation_id uuid, operation_id uuid
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  balance public.credit_balances := private.lock_balance(settle_slowly.account_id, settle_slowly.at);
  held public.credit_reservations;
  bill private.bill;
  billed bigint;
  answer jsonb;
begin
  if balance.account_id is null then return private.refusal('unknown_account'); end if;
  select * into held from public.credit_reservations r
  where r.account_id = balance.account_id and r.id = settle_slowly.reservation_id;
  if not found then return private.refusal('unknown_reservation'); end if;
  if held.state = 'settled' and held.settled_amount = settle_slowly.amount then
    return held.answer || jsonb_build_object('code', 'duplicate');
  end if;
  if held.state in ('settled', 'released') then return private.refusal('reservation_closed'); end if;
  if settle_slowly.amount > private.bookable(balance) then return private.refusal('invalid_amount'); end if;
  if held.state = 'open' then
    billed := settle_slowly.amount;
    bill := private.bill_amount(balance, billed, held.amount - held.overage, held.overage, held.overage_permitted, true);
  else
    billed := greatest(settle_slowly.amount - held.settled_amount, 0);
    bill := private.bill_amount(balance, billed, 0, 0, held.overage_permitted, true);
  end if;
  balance := bill.balance;
  if bill.overage > 0 then perform private.count_overage(balance, bill.overage, balance.as_of); end if;
  answer := private.close_settled(balance, held, amount, billed, operation_id, usage, bill.overage, bill.debt, bill.grant_ids, bill.grant_amounts);
  return private.finish_settled(balance, held, answer);
end $$;

-- Writes down a settlement whose credits are already drawn: the entry, the usage, the reservation's end and answer.
create function private.close_settled(
  balance public.credit_balances, held public.credit_reservations, settled_amount bigint, billed bigint, operation_id uuid, usage jsonb,
  overage bigint, debt bigint, grant_ids uuid[], grant_amounts bigint[]
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  said jsonb;
begin
  if billed > 0 then
    insert into public.credit_entries values (
      balance.account_id, operation_id, 'spend', held.key, held.arguments_hash, billed, overage - billed, overage, debt,
      grant_ids, grant_amounts, balance.total - balance.debt, balance.reserved, balance.overage_used,
      coalesce(balance.total <= balance.low_credit_threshold, false), usage ->> 'feature', usage ->> 'model', true, balance.as_of, balance.as_of);
  end if;
  perform private.store_usage(
    private.usage_event(balance.account_id, operation_id, held.key, held.arguments_hash, usage, billed, overage, balance.as_of),
    (usage ->> 'cost_micros')::numeric::bigint);
  said := jsonb_build_object('ok', true, 'code', 'settled', 'balance', private.balance_answer(balance), 'spent', billed, 'overage', overage, 'debt', debt);
  update public.credit_reservations r set
    state = 'settled', settled_amount = close_settled.settled_amount, closed_at = balance.as_of, answer = said
  where r.account_id = held.account_id and r.id = held.id;
  return said;
end $$;

-- Draws the consequences of a settlement, saves the balance, and answers with what it is now.
create function private.finish_settled(balance public.credit_balances, held public.credit_reservations, answer jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  said jsonb;
begin
  balance := private.settle_consequences(balance, balance.as_of);
  balance := private.judge_low_credit(balance, balance.as_of);
  perform private.save_balance(balance);
  said := finish_settled.answer || jsonb_build_object('balance', private.balance_answer(balance));
  update public.credit_reservations r set answer = said where r.account_id = held.account_id and r.id = held.id;
  return said;
end $$;

-- Gives a reservation back: nothing was used. Answers { ok, code: 'released' | 'duplicate' }.
create function public.release_reservation(account_id uuid, key text, at timestamptz) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  balance public.credit_balances := private.lock_balance(release_reservation.account_id, private.checked_time(release_reservation.at));
  held public.credit_reservations;
begin
  if balance.account_id is null then return private.refusal('unknown_account'); end if;
  select * into held from public.credit_reservations r
  where r.account_id = balance.account_id and r.id = private.operation_id('reserve', coalesce(release_reservation.key, ''));
  if not found then return private.refusal('unknown_reservation'); end if;
  if held.state = 'released' then return jsonb_build_object('ok', true, 'code', 'duplicate'); end if;
  if held.state <> 'open' then return private.refusal('reservation_closed'); end if;
  update public.credit_reservations r set state = 'released', closed_at = balance.as_of
  where r.account_id = held.account_id and r.id = held.id;
  balance.reserved := balance.reserved - (held.amount - held.overage);
  balance.overage_reserved := balance.overage_reserved - held.overage;
  perform private.save_balance(private.settle_consequences(balance, balance.as_of));
  return jsonb_build_object('ok', true, 'code', 'released');
end $$;
grant execute on function public.release_reservation(uuid, text, timestamptz) to service_role;
