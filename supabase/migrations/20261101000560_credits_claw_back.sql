-- Credits follow their money: taken back with a refund or dispute, reinstated when that turns out otherwise.

-- How much of a grant ought to stand taken back: its share of the payment, rounded up, less what had ended anyway.
create function private.claw_target(gift public.credit_grants, taken_back_cents bigint, charged_cents bigint) returns bigint
language plpgsql immutable set search_path = '' as $$
begin
  return greatest(0,
    div(gift.amount::numeric * least(taken_back_cents, charged_cents) + charged_cents - 1, charged_cents)::bigint - gift.ended);
end $$;

create function private.share_problem(key text, taken_back_cents bigint, charged_cents bigint) returns jsonb
language plpgsql immutable set search_path = '' as $$
begin
  if private.key_problem(key) is not null then return private.refusal('invalid_key', private.key_problem(key)); end if;
  if taken_back_cents is null or taken_back_cents < 0 or charged_cents is null or charged_cents < 1 then
    return private.refusal('invalid_share', 'a share is 0 or more cents of 1 or more');
  end if;
  return null;
end $$;

-- The money of so many credits of a grant, in whole cents rounded down, so that the parts of a grant add up to its whole
-- when each is what it brings the sum to. Null for a grant that nobody has paid for.
create function private.money_of(gift public.credit_grants, credits bigint) returns bigint
language plpgsql immutable set search_path = '' as $$
begin
  return div(gift.paid_cents::numeric * credits, gift.amount)::bigint;
end $$;
grant execute on function private.money_of(public.credit_grants, bigint) to service_role;

-- Takes back the share of a grant whose payment has gone back, by state: only the difference to what was taken before.
-- It comes from that grant's free rest, then from other free credits in order, else it becomes debt.
-- Answers { ok, code, taken, debt }.
create function public.claw_back(
  account_id uuid, source text, source_id text, taken_back_cents bigint, charged_cents bigint, key text, at timestamptz
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(claw_back.at);
  hash constant uuid := private.fingerprint(concat_ws('|', source, source_id, taken_back_cents, charged_cents));
  balance public.credit_balances;
  answer jsonb := private.share_problem(key, taken_back_cents, charged_cents);
  gift public.credit_grants;
  taken bigint;
  debt_before bigint;
begin
  if answer is not null then return answer; end if;
  balance := private.lock_balance(claw_back.account_id, checked_at);
  if balance.account_id is null then return private.refusal('unknown_account'); end if;
  answer := private.first_answer(balance.account_id, 'claw_back', claw_back.key, hash);
  if answer is not null then return answer; end if;
  balance := private.choose_current(balance);
  select * into gift from public.credit_grants g
  where g.account_id = balance.account_id and g.source = claw_back.source and g.source_id = claw_back.source_id;
  if not found then return private.refusal('unknown_grant'); end if;

  taken := greatest(0, private.claw_target(gift, taken_back_cents, charged_cents) - (gift.clawed - gift.reinstated));
  debt_before := balance.debt;
  if taken > 0 then
    update public.credit_grants g set clawed = g.clawed + taken, clawed_at = balance.as_of where g.id = gift.id;
    if gift.state = 'scheduled' then
      update public.credit_grants g
      set remaining = g.remaining - taken, clawed_own = g.clawed_own + taken,
        state = case when g.remaining = taken then 'closed' else 'scheduled' end
      where g.id = gift.id;
      insert into public.credit_forfeits (account_id, grant_id, operation, credits, recorded_at)
      values (balance.account_id, gift.id, 'claw_back', taken, balance.as_of);
    else
      balance := private.take_back(balance, gift, taken, claw_back.key);
    end if;
  end if;
  return private.remember(balance, 'claw_back', claw_back.key, hash,
    jsonb_build_object('ok', true, 'code', 'clawed_back', 'taken', taken, 'debt', balance.debt - debt_before));
end $$;
grant execute on function public.claw_back(uuid, text, text, bigint, bigint, text, timestamptz) to service_role;

create function private.take_back(balance public.credit_balances, gift public.credit_grants, amount bigint, key text) returns public.credit_balances
language plpgsql set search_path = '' as $$
declare
  free constant bigint := balance.total - balance.reserved;
  own bigint := 0;
  others bigint;
  drawing private.drawing;
begin
  if gift.state = 'open' then
    own := least(amount, gift.remaining, free);
    update public.credit_grants g
    set remaining = g.remaining - own, clawed_own = g.clawed_own + own,
      state = case when g.remaining = own then 'closed' else 'open' end
    where g.id = gift.id;
    balance.total := balance.total - own;
    if balance.current_grant_id = gift.id then
      balance.current_grant_id := null;
      balance := private.choose_current(balance);
    end if;
  end if;
  others := least(amount - own, free - own);
  drawing := private.draw_credits(balance, others, 0);
  balance := drawing.balance;
  balance.debt := balance.debt + amount - own - others;
  perform private.post_entry(balance, private.operation_id('claw_back', key), 'claw_back', key, null, amount, -amount, 0, amount - own - others,
    case when own > 0 then gift.id || drawing.grant_ids else drawing.grant_ids end,
    case when own > 0 then own || drawing.grant_amounts else drawing.grant_amounts end, null, null, false, balance.as_of);
  return private.judge_low_credit(balance, balance.as_of);
end $$;

-- Notes what came back of an included grant after its period: it is over at once. It was in no balance, but its money has
-- to be booked all the same.
create function private.note_lapsed(balance public.credit_balances, gift public.credit_grants, lapsed bigint, key text, hash uuid) returns void
language plpgsql set search_path = '' as $$
declare
  noted uuid;
begin
  insert into public.credit_grants (account_id, source, source_id, arguments_hash, category, priority, amount, remaining, ended,
    state, effective_at, expires_at, paid_cents, currency, livemode, paid_at, granted_at)
  values (balance.account_id, 'restore', key || ':over', hash, gift.category, gift.priority, lapsed, 0, lapsed,
    'closed', gift.effective_at, gift.expires_at,
    private.money_of(gift, gift.reinstated + lapsed) - private.money_of(gift, gift.reinstated), gift.currency,
    gift.livemode, case when gift.paid_cents is not null then balance.as_of end, balance.as_of)
  returning id into noted;
  insert into public.credit_forfeits (account_id, grant_id, operation, credits, recorded_at)
  values (balance.account_id, noted, 'expire', lapsed, balance.as_of);
end $$;

-- Gives back what stands taken back beyond the share: debt first, the rest as a new grant with the lifetime that was
-- left when it was taken, at least 30 days. What an included grant had left itself comes back no more once its period is
-- over; what was taken from other credits for it does. Answers { ok, code, returned, repaid, grant_id }.
create function public.reinstate(
  account_id uuid, source text, source_id text, taken_back_cents bigint, charged_cents bigint, key text, at timestamptz
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(reinstate.at);
  hash constant uuid := private.fingerprint(concat_ws('|', source, source_id, taken_back_cents, charged_cents));
  balance public.credit_balances;
  answer jsonb := private.share_problem(key, taken_back_cents, charged_cents);
  gift public.credit_grants;
  stands_back bigint;
  lapsed bigint := 0;
  returned bigint;
  repaid bigint;
  back public.credit_grants;
begin
  if answer is not null then return answer; end if;
  balance := private.lock_balance(reinstate.account_id, checked_at);
  if balance.account_id is null then return private.refusal('unknown_account'); end if;
  answer := private.first_answer(balance.account_id, 'reinstate', reinstate.key, hash);
  if answer is not null then return answer; end if;
  select * into gift from public.credit_grants g
  where g.account_id = balance.account_id and g.source = reinstate.source and g.source_id = reinstate.source_id;
  if not found then return private.refusal('unknown_grant'); end if;

  stands_back := greatest(0, gift.clawed - gift.reinstated - private.claw_target(gift, taken_back_cents, charged_cents));
  if gift.category = 'included' and gift.expires_at <= balance.as_of then
    lapsed := least(stands_back, greatest(0, gift.clawed_own - gift.reinstated));
  end if;
  returned := stands_back - lapsed;
  repaid := least(returned, balance.debt);
  if returned > repaid then
    if exists (select from public.credit_grants g where g.source = 'restore' and g.source_id = reinstate.key) then
      return private.refusal('idempotency_conflict');
    end if;
    back := gift;
    back.id := gen_random_uuid();
    back.source := 'restore';
    back.source_id := reinstate.key;
    back.arguments_hash := hash;
    back.amount := returned - repaid;
    back.effective_at := greatest(gift.effective_at, balance.as_of);
    back.expires_at := back.effective_at + greatest(gift.expires_at - greatest(gift.effective_at, gift.clawed_at), interval '30 days');
    if gift.expires_at is null then back.expires_at := null; end if;
    back.paid_cents := private.money_of(gift, gift.reinstated + stands_back) - private.money_of(gift, gift.reinstated + lapsed + repaid);
  end if;
  if lapsed > 0 then perform private.note_lapsed(balance, gift, lapsed, reinstate.key, hash); end if;
  update public.credit_grants g set reinstated = g.reinstated + stands_back where g.id = gift.id;
  if repaid > 0 then
    balance.debt := balance.debt - repaid;
    perform private.post_entry(balance, private.operation_id('reinstate', reinstate.key), 'reinstate', reinstate.key, hash, returned,
      repaid, 0, -repaid, '{}', '{}', null, null, false, balance.as_of);
  end if;
  if back.id is not null then balance := private.open_grant(balance, back); end if;
  return private.remember(balance, 'reinstate', reinstate.key, hash,
    jsonb_build_object('ok', true, 'code', 'reinstated', 'returned', returned, 'repaid', repaid, 'grant_id', back.id));
end $$;
grant execute on function public.reinstate(uuid, text, text, bigint, bigint, text, timestamptz) to service_role;
