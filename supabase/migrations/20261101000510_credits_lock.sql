-- What every operation of the ledger begins with: the lock that orders them, and everything that has become due.

create function private.fingerprint(words text) returns uuid
language plpgsql immutable set search_path = '' as $$
begin
  return encode(substring(sha256(convert_to(words, 'UTF8')) from 1 for 16), 'hex')::uuid;
end $$;

-- The id an operation has by its key, in its account. A time-ordered uuid as a key keeps its order, so that new rows
-- stand next to each other in the index.
create function private.operation_id(operation text, key text) returns uuid
language plpgsql immutable set search_path = '' as $$
declare
  digest constant text := encode(sha256(convert_to(operation || ':' || key, 'UTF8')), 'hex');
begin
  if key ~ '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-' then
    return (left(key, 13) || left(digest, 20))::uuid;
  end if;
  return left(digest, 32)::uuid;
end $$;

-- Lets the operations on one account pass one at a time. Waiting here is fairer and cheaper than at the row.
create function private.queue_for(account_id uuid) returns void
language plpgsql set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(account_id::text, 20));
end $$;

create function private.is_low(balance public.credit_balances) returns boolean
language plpgsql immutable set search_path = '' as $$
begin
  return coalesce(balance.total <= balance.low_credit_threshold, false);
end $$;

create function private.balance_answer(balance public.credit_balances) returns jsonb
language plpgsql immutable set search_path = '' as $$
begin
  return jsonb_build_object(
    'total', balance.total, 'reserved', balance.reserved, 'available', balance.total - balance.reserved,
    'debt', balance.debt, 'overage_used', balance.overage_used, 'is_low', private.is_low(balance));
end $$;

create function private.save_balance(balance public.credit_balances) returns void
language plpgsql set search_path = '' as $$
begin
  update public.credit_balances b set
    total = balance.total, reserved = balance.reserved, debt = balance.debt, ending = balance.ending,
    current_grant_id = balance.current_grant_id, current_remaining = balance.current_remaining,
    next_change_at = balance.next_change_at, as_of = balance.as_of, frozen_at = balance.frozen_at,
    overage_cap = balance.overage_cap, overage_starts_at = balance.overage_starts_at, overage_ends_at = balance.overage_ends_at,
    overage_used = balance.overage_used, overage_before = balance.overage_before, overage_reserved = balance.overage_reserved,
    low_credit_percent = balance.low_credit_percent, low_credit_threshold = balance.low_credit_threshold,
    low_credit_armed = balance.low_credit_armed, low_credit_crossings = balance.low_credit_crossings,
    low_credit_crossed_at = balance.low_credit_crossed_at
  where b.account_id = balance.account_id;
end $$;

-- What changes by itself and when: grants end (bought ones not while the account is frozen), reservations fall silent,
-- the overage period ends, grants begin. judged says which of them are a reason to warn of low credit: not the end of an
-- included grant or of a trial's, since the credits of the next period come a moment later.
create function private.coming_changes(balance public.credit_balances)
returns table (due_at timestamptz, rank integer, what text, id uuid, tie text, judged boolean)
language sql stable set search_path = '' as $$
  select g.expires_at, 1, 'grant_ends', g.id, lpad(g.seq::text, 20, '0'), g.category <> 'included' and g.source <> 'trial' from public.credit_grants g
  where g.account_id = balance.account_id and g.state = 'open' and g.expires_at is not null
    and (balance.frozen_at is null or g.category <> 'paid')
  union all
  select r.expires_at, 2, 'reservation_ends', r.id, r.key, true from public.credit_reservations r
  where r.account_id = balance.account_id and r.state = 'open'
  union all
  select balance.overage_ends_at, 3, 'period_ends', null, '', false where balance.overage_ends_at is not null
  union all
  select g.effective_at, 4, 'grant_begins', g.id, lpad(g.seq::text, 20, '0'), false from public.credit_grants g
  where g.account_id = balance.account_id and g.state = 'scheduled'
$$;

-- Applies, in the order of time, everything due up to balance.as_of, and judges low credit after the last of it.
create function private.apply_due(balance public.credit_balances) returns public.credit_balances
language plpgsql set search_path = '' as $$
declare
  due record;
  judged boolean := false;
begin
  while balance.next_change_at <= balance.as_of loop
    select * into due from private.coming_changes(balance) c order by c.due_at, c.rank, c.tie collate "C" limit 1;
    if due.due_at is null or due.due_at > balance.as_of then
      balance.next_change_at := coalesce(due.due_at, 'infinity');
      exit;
    end if;
    judged := judged or due.judged;
    if due.what = 'grant_ends' then
      balance := private.end_grant(balance, due.id, 'expire', due.due_at);
    elsif due.what = 'reservation_ends' then
      balance := private.expire_reservation(balance, due.id, due.due_at);
    elsif due.what = 'period_ends' then
      balance.overage_before := balance.overage_before + balance.overage_used;
      balance.overage_used := 0;
      balance.overage_starts_at := balance.overage_ends_at;
      balance.overage_ends_at := null;
    else
      balance := private.activate_grant(balance, due.id, due.due_at);
    end if;
  end loop;
  return case when judged then private.judge_low_credit(balance, balance.as_of) else balance end;
end $$;

-- Takes the balance of an account, applies what is due and saves it before anything can return. Time never runs
-- backwards: the later of `at` and the row's as_of counts. Answers null for an account that does not exist.
create function private.lock_balance(account_id uuid, at timestamptz) returns public.credit_balances
language plpgsql set search_path = '' as $$
declare
  balance public.credit_balances;
begin
  perform private.queue_for(account_id);
  select * into balance from public.credit_balances b where b.account_id = lock_balance.account_id for update;
  if not found then return null; end if;
  balance.as_of := greatest(balance.as_of, lock_balance.at);
  balance := private.apply_due(balance);
  perform private.save_balance(balance);
  return balance;
end $$;

create function private.post_entry(
  balance public.credit_balances, id uuid, operation text, key text, arguments_hash uuid, requested bigint,
  credits bigint, overage_credits bigint, debt_credits bigint, grant_ids uuid[], grant_amounts bigint[],
  feature text, model text, has_usage_event boolean, happened_at timestamptz
) returns void
language plpgsql set search_path = '' as $$
begin
  insert into public.credit_entries values (
    balance.account_id, id, operation::public.credit_operation, key, arguments_hash, requested, credits, overage_credits, debt_credits,
    grant_ids, grant_amounts, balance.total - balance.debt, balance.reserved, balance.overage_used,
    private.is_low(balance), feature, model, has_usage_event, happened_at, balance.as_of);
end $$;

-- Posts a change that follows from another: it has no key of its own.
create function private.post_consequence(
  balance public.credit_balances, operation text, credits bigint, debt_credits bigint,
  grant_ids uuid[], grant_amounts bigint[], happened_at timestamptz
) returns void
language plpgsql set search_path = '' as $$
begin
  perform private.post_entry(balance, gen_random_uuid(), operation, null, null, null,
    credits, 0, debt_credits, grant_ids, grant_amounts, null, null, false, happened_at);
end $$;

-- Records once that the total has fallen to the threshold, and queues the mail in the same transaction. The next grant
-- that lifts the total above it arms it again. The mail says whether use goes on as overage: 'on' or 'off', and null where
-- only the plan knows, since nobody has chosen.
create function private.judge_low_credit(balance public.credit_balances, at timestamptz) returns public.credit_balances
language plpgsql set search_path = '' as $$
begin
  if balance.low_credit_armed and private.is_low(balance) then
    balance.low_credit_armed := false;
    balance.low_credit_crossings := balance.low_credit_crossings + 1;
    balance.low_credit_crossed_at := judge_low_credit.at;
    perform private.queue_mail(balance.account_id, 'low_credit', 'crossing ' || balance.low_credit_crossings,
      jsonb_build_object(
        'available', balance.total - balance.reserved, 'threshold', balance.low_credit_threshold,
        'overage', case
          when balance.overage_ends_at is null or balance.overage_used >= balance.overage_cap then 'off'
          when balance.overage_cap > 0 or balance.overage_used > 0 then 'on'
        end
      ), judge_low_credit.at);
  end if;
  return balance;
end $$;
