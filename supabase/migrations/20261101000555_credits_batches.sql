-- Batches of one account in one transaction: deduct many, and usage that has already happened.

-- One item of a batch: its own id, and why it is malformed, if it is.
create type private.batch_item as (id uuid, key text, amount bigint, feature text, usage jsonb, arguments_hash uuid, problem text);

create function private.read_item(item jsonb, operation text, least_amount integer, at timestamptz) returns private.batch_item
language plpgsql stable set search_path = '' as $$
declare
  parsed private.batch_item;
begin
  if jsonb_typeof(item) is distinct from 'object' then parsed.problem := 'an item is an object'; return parsed; end if;
  if jsonb_typeof(item -> 'key') is distinct from 'string' or private.key_problem(item ->> 'key') is not null then
    parsed.problem := 'a key has 1 to 255 characters'; return parsed;
  end if;
  if jsonb_typeof(item -> 'amount') is distinct from 'number'
    or (item ->> 'amount')::numeric not between least_amount and 9007199254740991
    or (item ->> 'amount')::numeric <> trunc((item ->> 'amount')::numeric)
  then
    parsed.problem := format('amount must be a whole number from %s to 9007199254740991', least_amount); return parsed;
  end if;
  parsed.key := item ->> 'key';
  parsed.amount := (item ->> 'amount')::numeric::bigint;
  parsed.usage := nullif(item -> 'usage', 'null');
  parsed.feature := coalesce(item ->> 'feature', parsed.usage ->> 'feature');
  if operation = 'usage' or parsed.usage is not null then
    parsed.problem := private.usage_problem(parsed.usage, read_item.at);
  end if;
  if parsed.problem is null and char_length(coalesce(parsed.feature, '')) not between 1 and 100 then
    parsed.problem := 'feature must have 1 to 100 characters';
  end if;
  parsed.id := private.operation_id(operation, parsed.key);
  -- What a model's tokens are worth follows from the rates of the day, so that a report sent again after a new price is
  -- still the same report.
  parsed.arguments_hash := private.spending_hash(
    case when operation = 'usage' and parsed.usage ->> 'model' is not null then null else parsed.amount end, parsed.feature, parsed.usage);
  return parsed;
end $$;

-- Reads a whole batch before anything is written. Answers the refusal that names the first bad item, or null.
create function private.batch_problem(account_id uuid, items private.batch_item[], operation text) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  bad record;
begin
  select i.position, i.problem into bad
  from unnest(items) with ordinality i (id, key, amount, feature, usage, arguments_hash, problem, position)
  where i.problem is not null order by i.position limit 1;
  if found then
    return jsonb_build_object('ok', false, 'code', 'invalid_item', 'index', bad.position - 1, 'message', bad.problem);
  end if;
  select i.position into bad
  from (
    select item.id, item.arguments_hash, item.position,
      first_value(item.arguments_hash) over (partition by item.id order by item.position) as first_hash
    from unnest(items) with ordinality item (id, key, amount, feature, usage, arguments_hash, problem, position)
  ) i
  where i.arguments_hash <> i.first_hash
    or (batch_problem.operation = 'deduct' and exists (select from public.credit_entries e
      where e.account_id = batch_problem.account_id and e.id = i.id and e.arguments_hash <> i.arguments_hash))
    or (batch_problem.operation = 'usage' and exists (select from public.usage_events e
      where e.account_id = batch_problem.account_id and e.id = i.id and e.arguments_hash <> i.arguments_hash))
  order by i.position limit 1;
  if found then
    return jsonb_build_object('ok', false, 'code', 'idempotency_conflict', 'index', bad.position - 1,
      'message', 'this key was used with other arguments');
  end if;
  return null;
end $$;

-- Adds events to their days, all at once.
create function private.add_to_days(events public.usage_events[]) returns void
language sql set search_path = '' as $$
  insert into public.usage_daily as d
    (account_id, day, model, feature, events, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, credits, overage_credits)
  select e.account_id, (e.occurred_at at time zone 'UTC')::date, coalesce(e.model, ''), e.feature, count(*),
    sum(e.input_tokens), sum(e.cached_input_tokens), sum(e.output_tokens), sum(e.reasoning_tokens), sum(e.credits), sum(e.overage_credits)
  from unnest(add_to_days.events) e
  group by 1, 2, 3, 4
  on conflict (account_id, day, model, feature) do update set
    events = d.events + excluded.events,
    input_tokens = d.input_tokens + excluded.input_tokens,
    cached_input_tokens = d.cached_input_tokens + excluded.cached_input_tokens,
    output_tokens = d.output_tokens + excluded.output_tokens,
    reasoning_tokens = d.reasoning_tokens + excluded.reasoning_tokens,
    credits = d.credits + excluded.credits,
    overage_credits = d.overage_credits + excluded.overage_credits
$$;

-- Spends the items in order and writes them down at the end. A key the ledger knows is a duplicate; what may not be
-- owed and is not there is insufficient, and a later, smaller item may still pass.
create function private.spend_batch(
  balance public.credit_balances, items private.batch_item[], operation text, overage_permitted bigint, may_owe boolean
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  item record;
  bill private.bill;
  overage bigint := 0;
  event public.usage_events;
  entries public.credit_entries[] := '{}';
  events public.usage_events[] := '{}';
  unstored public.usage_events[] := '{}';
  refused uuid[] := '{}';
  results jsonb[] := '{}';
begin
  for item in
    select i.id, i.key, i.amount, i.feature, i.usage, i.arguments_hash,
      row_number() over (partition by i.id order by i.position) > 1 as repeated,
      case spend_batch.operation
        when 'deduct' then exists (select from public.credit_entries e where e.account_id = balance.account_id and e.id = i.id)
        else exists (select from public.usage_events e where e.account_id = balance.account_id and e.id = i.id)
      end as known
    from unnest(items) with ordinality i (id, key, amount, feature, usage, arguments_hash, problem, position)
    order by i.position
  loop
    if item.known or (item.repeated and item.id <> all (refused)) then
      results := results || '{"code": "duplicate"}'::jsonb;
      continue;
    end if;
    if item.amount < balance.current_remaining and balance.total - balance.reserved >= item.amount then
      balance.current_remaining := balance.current_remaining - item.amount;
      balance.total := balance.total - item.amount;
      bill := row(null, 0, 0, array[balance.current_grant_id], array[item.amount]);
    else
      bill := private.bill_amount(balance, item.amount, 0, 0, overage_permitted, may_owe);
      if bill.overage is null then
        refused := refused || item.id;
        results := results || '{"code": "insufficient_credits"}'::jsonb;
        continue;
      end if;
      balance := bill.balance;
      overage := overage + bill.overage;
    end if;
    results := results || '{"code": "ok"}'::jsonb;
    event := private.usage_event(balance.account_id, item.id, item.key, item.arguments_hash,
      coalesce(item.usage, '{}') || jsonb_build_object('feature', item.feature), item.amount, bill.overage, balance.as_of);
    if item.usage is null then unstored := unstored || event; else events := events || event; end if;
    if item.amount > 0 then
      entries := entries || row(balance.account_id, item.id, 'spend', item.key, item.arguments_hash, item.amount, -(item.amount - bill.overage),
        bill.overage, bill.debt, bill.grant_ids, bill.grant_amounts, balance.total - balance.debt, balance.reserved, balance.overage_used,
        private.is_low(balance), item.feature, event.model, item.usage is not null, balance.as_of, balance.as_of,
        nextval('public.credit_entries_seq'))::public.credit_entries;
      balance := private.judge_low_credit(balance, balance.as_of);
    end if;
  end loop;

  if overage > 0 then perform private.count_overage(balance, overage, balance.as_of); end if;
  insert into public.credit_entries select * from unnest(entries);
  insert into public.usage_events select * from unnest(events);
  insert into public.usage_costs (account_id, usage_event_id, cost_micros)
  select e.account_id, e.id, min((i.usage ->> 'cost_micros')::numeric::bigint)
  from unnest(events) e join unnest(items) i on i.id = e.id where i.usage ->> 'cost_micros' is not null
  group by 1, 2;
  perform private.add_to_days(events || unstored);
  perform private.save_balance(balance);
  return jsonb_build_object('ok', true, 'code', 'done', 'results', to_jsonb(results), 'balance', private.balance_answer(balance));
end $$;

create function private.read_batch(items jsonb, operation text, least_amount integer, at timestamptz) returns private.batch_item[]
language sql stable set search_path = '' as $$
  select coalesce(array_agg(private.read_item(i.item, read_batch.operation, read_batch.least_amount, read_batch.at) order by i.position), '{}')
  from jsonb_array_elements(read_batch.items) with ordinality i (item, position)
$$;

create function private.is_batch(items jsonb) returns boolean
language plpgsql immutable set search_path = '' as $$
begin
  if jsonb_typeof(items) is distinct from 'array' then return false; end if;
  return jsonb_array_length(items) between 1 and 1000;
end $$;

-- Spends several prices of one account, in order, each with its own answer: ok, duplicate or insufficient_credits. A
-- malformed item, or a key with other arguments, rejects the whole batch with its index before anything is written.
create function public.deduct_many(account_id uuid, items jsonb, at timestamptz, overage_permitted bigint default 0) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(deduct_many.at);
  parsed private.batch_item[];
  balance public.credit_balances;
  problem jsonb;
begin
  if not private.is_batch(items) then return private.refusal('invalid_item', 'a batch is a list of 1 to 1,000 items') || '{"index": 0}'; end if;
  parsed := private.read_batch(items, 'deduct', 1, checked_at);
  balance := private.lock_balance(deduct_many.account_id, checked_at);
  if balance.account_id is null then return private.refusal('unknown_account'); end if;
  problem := private.batch_problem(balance.account_id, parsed, 'deduct');
  if problem is not null then return problem; end if;
  if (balance.frozen_at is not null or balance.debt > 0) and exists (
    select from unnest(parsed) i
    where not exists (select from public.credit_entries e where e.account_id = balance.account_id and e.id = i.id))
  then
    return private.refusal(case when balance.frozen_at is not null then 'account_frozen' else 'in_debt' end);
  end if;
  return private.spend_batch(balance, parsed, 'deduct', overage_permitted, false);
end $$;
grant execute on function public.deduct_many(uuid, jsonb, timestamptz, bigint) to service_role;

-- Books usage that has already happened; it is never refused for lack of credits. All or nothing: one bad item rejects
-- the batch with its index. Answers { ok, code, results, balance, over_limit }.
create function public.record_usage(account_id uuid, items jsonb, at timestamptz, overage_permitted bigint default 0) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(record_usage.at);
  parsed private.batch_item[];
  balance public.credit_balances;
  problem jsonb;
  beyond bigint;
  answer jsonb;
begin
  if not private.is_batch(items) then return private.refusal('invalid_item', 'a batch is a list of 1 to 1,000 items') || '{"index": 0}'; end if;
  parsed := private.read_batch(items, 'usage', 0, checked_at);
  balance := private.lock_balance(record_usage.account_id, checked_at);
  if balance.account_id is null then return private.refusal('unknown_account'); end if;
  problem := private.batch_problem(balance.account_id, parsed, 'usage');
  if problem is not null then return problem; end if;
  select min(i.position) into beyond from (
    select item.position, sum(item.amount) over (order by item.position) as amount_so_far
    from unnest(parsed) with ordinality item (id, key, amount, feature, usage, arguments_hash, problem, position)
  ) i where i.amount_so_far > private.bookable(balance);
  if beyond is not null then
    return private.refusal('invalid_item', 'an account owes at most 9007199254740991 credits') || jsonb_build_object('index', beyond - 1);
  end if;
  answer := private.spend_batch(balance, parsed, 'usage', overage_permitted, true);
  return answer || jsonb_build_object('code', 'recorded', 'over_limit', (answer -> 'balance' ->> 'debt')::bigint > 0);
end $$;
grant execute on function public.record_usage(uuid, jsonb, timestamptz, bigint) to service_role;
