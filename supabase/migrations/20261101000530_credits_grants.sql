-- Granting, voiding and the end of grants.

-- Answers why a key cannot name an operation, or null.
create function private.key_problem(key text) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return case when char_length(coalesce(key, '')) between 1 and 255 then null else 'a key has 1 to 255 characters' end;
end $$;

create function private.refusal(code text, message text default null) returns jsonb
language plpgsql immutable set search_path = '' as $$
begin
  return jsonb_strip_nulls(jsonb_build_object('ok', false, 'code', code, 'message', message));
end $$;

-- The stored first answer of an operation, a conflict if its arguments were others, or null if it is new.
create function private.first_answer(account_id uuid, operation text, key text, arguments_hash uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  first public.credit_operations;
begin
  select * into first from public.credit_operations o
  where o.account_id = first_answer.account_id and o.operation = first_answer.operation and o.key = first_answer.key;
  if not found then return null; end if;
  if first.arguments_hash <> first_answer.arguments_hash then return private.refusal('idempotency_conflict'); end if;
  return first.answer || jsonb_build_object('code', 'duplicate');
end $$;

create function private.remember(
  balance public.credit_balances, operation text, key text, arguments_hash uuid, answer jsonb
) returns jsonb
language plpgsql set search_path = '' as $$
begin
  perform private.save_balance(balance);
  insert into public.credit_operations values (balance.account_id, operation, key, arguments_hash, answer, balance.as_of);
  return answer;
end $$;

-- Sets the threshold by the total right after a grant, and arms the warning if the grant has lifted the total above it.
create function private.arm_low_credit(balance public.credit_balances) returns public.credit_balances
language plpgsql set search_path = '' as $$
begin
  balance.low_credit_threshold := balance.total * balance.low_credit_percent / 100;
  balance.low_credit_armed := balance.total > balance.low_credit_threshold;
  return balance;
end $$;

-- Makes a grant's credits spendable. Debt is repaid from them first.
create function private.activate_grant(balance public.credit_balances, grant_id uuid, happened_at timestamptz) returns public.credit_balances
language plpgsql set search_path = '' as $$
declare
  gift public.credit_grants;
begin
  update public.credit_grants g set state = 'open', activated_at = activate_grant.happened_at
  where g.id = activate_grant.grant_id returning * into gift;
  balance.total := balance.total + gift.remaining;
  balance := private.choose_current(balance);
  perform private.post_entry(balance, private.operation_id('grant', gift.id::text), 'grant', gift.source || '/' || gift.source_id, null, null,
    gift.remaining, 0, 0, array[gift.id], array[gift.remaining::bigint], null, null, false, activate_grant.happened_at);
  balance := private.settle_consequences(balance, activate_grant.happened_at);
  balance.next_change_at := least(balance.next_change_at, gift.expires_at);
  return private.arm_low_credit(balance);
end $$;

-- Ends a grant by expiry or by voiding. What open reservations cover stays theirs until they no longer need it.
create function private.end_grant(balance public.credit_balances, grant_id uuid, operation text, happened_at timestamptz) returns public.credit_balances
language plpgsql set search_path = '' as $$
declare
  over public.credit_grants;
  gone bigint;
  happened timestamptz;
begin
  balance := private.choose_current(balance);
  select * into over from public.credit_grants g where g.id = end_grant.grant_id;
  happened := greatest(end_grant.happened_at, over.activated_at);
  gone := least(over.remaining, balance.total - balance.reserved);
  update public.credit_grants g set
    remaining = g.remaining - gone, ended = g.ended + gone,
    state = case when g.remaining = gone then 'closed' else 'ending' end,
    voided_at = case when end_grant.operation = 'void' then happened else g.voided_at end
  where g.id = over.id;
  balance.total := balance.total - gone;
  balance.ending := balance.ending + over.remaining - gone;
  if balance.current_grant_id = over.id then
    balance.current_grant_id := null;
    balance := private.choose_current(balance);
  end if;
  if gone > 0 then
    perform private.post_consequence(balance, end_grant.operation, -gone, 0, array[over.id], array[gone], happened);
  end if;
  return balance;
end $$;

-- Stores a grant, and activates it unless it is to begin later. Its caller has checked the values and holds the lock.
create function private.open_grant(balance public.credit_balances, gift public.credit_grants) returns public.credit_balances
language plpgsql set search_path = '' as $$
begin
  insert into public.credit_grants (id, account_id, source, source_id, arguments_hash, category, priority, amount, remaining,
    state, effective_at, expires_at, paid_cents, currency, livemode, paid_at, granted_at)
  values (gift.id, balance.account_id, gift.source, gift.source_id, gift.arguments_hash, gift.category, gift.priority, gift.amount, gift.amount,
    'scheduled', gift.effective_at, gift.expires_at, gift.paid_cents, gift.currency,
    gift.livemode, case when gift.paid_cents is not null then balance.as_of end, balance.as_of);
  if gift.effective_at <= balance.as_of then
    balance := private.activate_grant(balance, gift.id, balance.as_of);
  else
    balance.next_change_at := least(balance.next_change_at, gift.effective_at);
  end if;
  return private.apply_due(balance);
end $$;

-- Everything an account could ever hold must stay a number JSON carries exactly.
create function private.has_room_for(balance public.credit_balances, amount bigint) returns boolean
language sql stable set search_path = '' as $$
  select coalesce(sum(g.remaining), 0) + has_room_for.amount <= 9007199254740991
  from public.credit_grants g where g.account_id = (has_room_for.balance).account_id and g.state <> 'closed'
$$;

-- Gives an account credits, once for each source and source id. A later effective_at waits until then by itself.
-- Answers { ok, code: 'granted' | 'duplicate', grant_id }.
create function public.grant_credits(
  account_id uuid, source text, source_id text, amount bigint, category text, priority integer, at timestamptz,
  effective_at timestamptz default null, expires_at timestamptz default null,
  paid_cents bigint default null, currency text default null, low_credit_percent integer default null
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(grant_credits.at);
  hash constant uuid := private.fingerprint(concat_ws('|', amount, category, priority,
    coalesce(extract(epoch from effective_at)::text, 'now'), coalesce(extract(epoch from expires_at)::text, 'never'),
    coalesce(paid_cents::text, '-'), coalesce(currency, '-')));
  balance public.credit_balances;
  existing public.credit_grants;
  gift public.credit_grants;
  violated text;
begin
  if amount is null or amount not between 1 and 9007199254740991 then return private.refusal('invalid_amount'); end if;
  if category is null or category not in ('included', 'paid', 'promotional') or priority is null or priority not in (10, 20)
    or char_length(coalesce(source, '')) not between 1 and 100 or char_length(coalesce(source_id, '')) not between 1 and 255
    or (paid_cents is null) <> (currency is null) or paid_cents < 0 or low_credit_percent not between 0 and 100
    or not coalesce(isfinite(effective_at) and isfinite(coalesce(expires_at, effective_at)), true)
    or expires_at <= effective_at
  then
    return private.refusal('invalid_grant', 'a grant needs a source, a category, priority 10 or 20, a price with its currency, and an end after its beginning');
  end if;
  balance := private.lock_balance(grant_credits.account_id, checked_at);
  if balance.account_id is null then return private.refusal('unknown_account'); end if;

  select * into existing from public.credit_grants g
  where g.source = grant_credits.source and g.source_id = grant_credits.source_id;
  if found then
    if existing.account_id <> balance.account_id or existing.arguments_hash <> hash then return private.refusal('idempotency_conflict'); end if;
    return jsonb_build_object('ok', true, 'code', 'duplicate', 'grant_id', existing.id);
  end if;
  if not private.has_room_for(balance, grant_credits.amount) then
    return private.refusal('invalid_amount', 'an account holds at most 9007199254740991 credits');
  end if;

  gift.id := gen_random_uuid();
  gift.source := grant_credits.source;
  gift.source_id := grant_credits.source_id;
  gift.arguments_hash := hash;
  gift.category := grant_credits.category;
  gift.priority := grant_credits.priority;
  gift.amount := grant_credits.amount;
  gift.effective_at := coalesce(grant_credits.effective_at, least(balance.as_of, grant_credits.expires_at - interval '1 second'));
  gift.expires_at := grant_credits.expires_at;
  gift.paid_cents := grant_credits.paid_cents;
  gift.currency := grant_credits.currency;
  balance.low_credit_percent := coalesce(grant_credits.low_credit_percent, balance.low_credit_percent);
  balance := private.open_grant(balance, gift);
  perform private.save_balance(balance);
  return jsonb_build_object('ok', true, 'code', 'granted', 'grant_id', gift.id);
exception when unique_violation then
  get stacked diagnostics violated = constraint_name;
  if violated <> 'a_source_grants_once' then raise; end if;
  return private.refusal('idempotency_conflict');
end $$;
grant execute on function public.grant_credits(uuid, text, text, bigint, text, integer, timestamptz, timestamptz, timestamptz, bigint, text, integer) to service_role;

-- Notes the money of a grant, tax excluded, when it has come: with the grant, or later where credits may be used before
-- their invoice is paid. The first sum stays.
create function private.price_grant(
  account_id uuid, source text, source_id text, paid_cents bigint, currency text, livemode boolean, at timestamptz
) returns void
language sql security definer set search_path = '' as $$
  update public.credit_grants g set paid_cents = price_grant.paid_cents, currency = price_grant.currency,
    livemode = price_grant.livemode, paid_at = greatest(g.granted_at, price_grant.at)
  where g.account_id = price_grant.account_id and g.source = price_grant.source and g.source_id = price_grant.source_id
    and g.paid_cents is null and price_grant.paid_cents is not null
$$;
grant execute on function private.price_grant(uuid, text, text, bigint, text, boolean, timestamptz) to service_role;

-- Cancels what remains of a grant. Answers { ok, code: 'voided' | 'duplicate', voided }.
create function public.void_grant(account_id uuid, source text, source_id text, key text, at timestamptz) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(void_grant.at);
  hash constant uuid := private.fingerprint(concat_ws('|', source, source_id));
  balance public.credit_balances;
  answer jsonb;
  over public.credit_grants;
  total_before bigint;
begin
  if private.key_problem(void_grant.key) is not null then return private.refusal('invalid_key', private.key_problem(void_grant.key)); end if;
  balance := private.lock_balance(void_grant.account_id, checked_at);
  if balance.account_id is null then return private.refusal('unknown_account'); end if;
  answer := private.first_answer(balance.account_id, 'void', void_grant.key, hash);
  if answer is not null then return answer; end if;

  select * into over from public.credit_grants g
  where g.account_id = balance.account_id and g.source = void_grant.source and g.source_id = void_grant.source_id;
  if not found then return private.refusal('unknown_grant'); end if;
  total_before := balance.total;
  if over.state = 'scheduled' then
    update public.credit_grants g
    set remaining = 0, ended = g.ended + over.remaining, state = 'closed', voided_at = balance.as_of where g.id = over.id;
    insert into public.credit_forfeits (account_id, grant_id, operation, credits, recorded_at)
    values (balance.account_id, over.id, 'void', over.remaining, balance.as_of);
    total_before := balance.total + over.remaining;
  elsif over.state = 'open' then
    balance := private.end_grant(balance, over.id, 'void', balance.as_of);
  end if;
  return private.remember(balance, 'void', void_grant.key, hash,
    jsonb_build_object('ok', true, 'code', 'voided', 'voided', total_before - balance.total));
end $$;
grant execute on function public.void_grant(uuid, text, text, text, timestamptz) to service_role;
