-- Spending at once: deduct, deduct many, record usage.

-- What makes two calls with one key the same call: all of it but the time, and what our rates make of it.
create function private.spending_hash(amount bigint, feature text, usage jsonb) returns uuid
language plpgsql immutable set search_path = '' as $$
begin
  return left(encode(sha256(convert_to(concat_ws('|', amount, feature, (usage - '{occurred_at,cost_micros,estimated,rate_card_version}'::text[])::text), 'UTF8')), 'hex'), 32)::uuid;
end $$;

create function private.entry_answer(entry public.credit_entries, code text) returns jsonb
language plpgsql immutable set search_path = '' as $$
declare
  debt constant bigint := greatest(entry.reserved_after - entry.balance_after, 0);
  total constant bigint := entry.balance_after + debt;
begin
  return jsonb_build_object('ok', true, 'code', code, 'amount', entry.requested, 'overage', entry.overage_credits,
    'available', total - entry.reserved_after,
    'balance', jsonb_build_object('total', total, 'reserved', entry.reserved_after, 'available', total - entry.reserved_after,
      'debt', debt, 'overage_used', entry.overage_used_after, 'is_low', entry.low_after));
end $$;

-- Writes down what one spending used: the event if its tokens are known, and the day in any case.
create function private.store_spending(
  account_id uuid, id uuid, key text, arguments_hash uuid, amount bigint, overage bigint, feature text, usage jsonb, at timestamptz
) returns void
language plpgsql set search_path = '' as $$
begin
  if usage is null then
    update public.usage_daily d
    set events = d.events + 1, credits = d.credits + store_spending.amount, overage_credits = d.overage_credits + store_spending.overage
    where d.account_id = store_spending.account_id and d.day = (store_spending.at at time zone 'UTC')::date
      and d.model = '' and d.feature = store_spending.feature;
    if not found then
      insert into public.usage_daily
      values (account_id, (at at time zone 'UTC')::date, '', feature, 1, 0, 0, 0, 0, amount, overage);
    end if;
  else
    perform private.store_usage(private.usage_event(account_id, id, key, arguments_hash, usage || jsonb_build_object('feature', feature), amount, overage, at),
      (usage ->> 'cost_micros')::numeric::bigint);
  end if;
end $$;

-- Spends a fixed price at once, and adds it to its feature's day. The first update carries every condition of the
-- common case; a replay found by the insert gives it back. Answers { ok, code, amount, overage, available, balance }.
create function public.deduct_credits(
  account_id uuid, key text, amount bigint, feature text, at timestamptz,
  overage_permitted bigint default 0, usage jsonb default null
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(deduct_credits.at);
  operation_id uuid;
  hash uuid;
  balance public.credit_balances;
  today date;
  problem text;
begin
  if amount is null or amount not between 1 and 9007199254740991 then return private.refusal('invalid_amount'); end if;
  if overage_permitted not between 0 and 9007199254740991 then return private.refusal('invalid_amount', 'overage_permitted is a number of credits'); end if;
  if char_length(coalesce(key, '')) not between 1 and 255 then return private.refusal('invalid_key', private.key_problem(key)); end if;
  problem := case when char_length(coalesce(deduct_credits.feature, '')) between 1 and 100 then null else 'feature must have 1 to 100 characters' end;
  if deduct_credits.usage is not null then problem := coalesce(problem, private.usage_problem(deduct_credits.usage, checked_at)); end if;
  if problem is not null then return private.refusal('invalid_usage', problem); end if;
  operation_id := private.operation_id('deduct', key);
  hash := private.spending_hash(amount, feature, usage);

  perform pg_advisory_xact_lock(hashtextextended(deduct_credits.account_id::text, 20));
  update public.credit_balances b set
    total = b.total - deduct_credits.amount,
    current_remaining = b.current_remaining - deduct_credits.amount,
    as_of = greatest(b.as_of, checked_at)
  where b.account_id = deduct_credits.account_id and b.next_change_at > checked_at
    and b.frozen_at is null and b.debt = 0 and b.current_remaining > deduct_credits.amount
    and b.total - b.reserved >= deduct_credits.amount
    and (not b.low_credit_armed or b.total - deduct_credits.amount > b.low_credit_threshold)
  returning * into balance;
  if found then
    insert into public.credit_entries values (
      balance.account_id, operation_id, 'spend', deduct_credits.key, hash, deduct_credits.amount, -deduct_credits.amount, 0, 0,
      array[balance.current_grant_id], array[deduct_credits.amount], balance.total, balance.reserved, balance.overage_used,
      coalesce(balance.total <= balance.low_credit_threshold, false), deduct_credits.feature, deduct_credits.usage ->> 'model',
      deduct_credits.usage is not null, balance.as_of, balance.as_of)
    on conflict do nothing;
    if found then
      today := (balance.as_of at time zone 'UTC')::date;
      if usage is null then
        update public.usage_daily d set events = d.events + 1, credits = d.credits + deduct_credits.amount
        where d.account_id = balance.account_id and d.day = today and d.model = '' and d.feature = deduct_credits.feature;
      end if;
      if usage is not null or not found then
        perform private.store_spending(balance.account_id, operation_id, key, hash, amount, 0, feature, usage, balance.as_of);
      end if;
      return jsonb_build_object('ok', true, 'code', 'deducted', 'amount', amount, 'overage', 0, 'available', balance.total - balance.reserved,
        'balance', jsonb_build_object('total', balance.total, 'reserved', balance.reserved, 'available', balance.total - balance.reserved,
          'debt', 0, 'overage_used', balance.overage_used, 'is_low', coalesce(balance.total <= balance.low_credit_threshold, false)));
    end if;
    update public.credit_balances b set
      total = b.total + deduct_credits.amount, current_remaining = b.current_remaining + deduct_credits.amount
    where b.account_id = deduct_credits.account_id;
  end if;
  return private.deduct_slowly(account_id, key, amount, feature, checked_at, overage_permitted, usage, operation_id, hash);
end $$;
grant execute on function public.deduct_credits(uuid, text, bigint, text, timestamptz, bigint, jsonb) to service_role;

create function private.deduct_slowly(
  account_id uuid, key text, amount bigint, feature text, at timestamptz, overage_permitted bigint, usage jsonb,
  operation_id uuid, arguments_hash uuid
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  balance public.credit_balances := private.lock_balance(deduct_slowly.account_id, deduct_slowly.at);
  entry public.credit_entries;
  bill private.bill;
begin
  if balance.account_id is null then return private.refusal('unknown_account'); end if;
  select * into entry from public.credit_entries e where e.account_id = balance.account_id and e.id = deduct_slowly.operation_id;
  if found then
    if entry.arguments_hash <> deduct_slowly.arguments_hash then return private.refusal('idempotency_conflict'); end if;
    return private.entry_answer(entry, 'duplicate');
  end if;
  if balance.frozen_at is not null then return private.refusal('account_frozen'); end if;
  if balance.debt > 0 then return private.refusal('in_debt'); end if;
  bill := private.bill_amount(balance, amount, 0, 0, overage_permitted, false);
  if bill.overage is null then return private.insufficient(balance, amount, overage_permitted); end if;
  balance := bill.balance;
  if bill.overage > 0 then perform private.count_overage(balance, bill.overage, balance.as_of); end if;
  perform private.post_entry(balance, operation_id, 'spend', key, arguments_hash, amount, -(amount - bill.overage), bill.overage, 0,
    bill.grant_ids, bill.grant_amounts, feature, usage ->> 'model', usage is not null, balance.as_of);
  perform private.store_spending(balance.account_id, operation_id, key, arguments_hash, amount, bill.overage, feature, usage, balance.as_of);
  perform private.save_balance(private.judge_low_credit(balance, balance.as_of));
  select * into entry from public.credit_entries e where e.account_id = balance.account_id and e.id = deduct_slowly.operation_id;
  return private.entry_answer(entry, 'deducted');
end $$;
