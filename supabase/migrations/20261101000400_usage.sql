-- The accounts the signed-in person belongs to. Policies of large tables ask it once a query instead of once a row.
create function private.member_accounts() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(m.account_id), '{}') from public.memberships m where m.user_id = (select auth.uid())
$$;
grant execute on function private.member_accounts() to authenticated;
grant execute on function private.member_accounts() to service_role;

create table public.usage_events (
  account_id uuid not null references public.accounts (id),
  id uuid not null,
  key text not null,
  arguments_hash uuid not null,
  feature text not null,
  model text,
  input_tokens public.credit_count not null,
  cached_input_tokens public.credit_count not null,
  output_tokens public.credit_count not null,
  reasoning_tokens public.credit_count not null,
  credits public.credit_count not null,
  overage_credits public.credit_count not null,
  rate_card_version text,
  user_id uuid,
  estimated boolean not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (account_id, id),
  constraint overage_is_a_part_of_the_credits check (overage_credits <= credits)
);
comment on table public.usage_events is 'What was used, once for each call: tokens in pools that exclude each other, and the credits they were worth. An event and the credit entry that billed it share their id.';

create table public.usage_daily (
  account_id uuid not null references public.accounts (id),
  day date not null,
  model text not null default '',
  feature text not null,
  events bigint not null,
  input_tokens bigint not null,
  cached_input_tokens bigint not null,
  output_tokens bigint not null,
  reasoning_tokens bigint not null,
  credits bigint not null,
  overage_credits bigint not null,
  primary key (account_id, day, model, feature),
  constraint sums_are_at_least_zero check (least(events, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, credits, overage_credits) >= 0)
) with (fillfactor = 70);
comment on table public.usage_daily is 'Usage summed by the UTC day on which it occurred, model ('''' for none) and feature, always current.';

create table public.usage_costs (
  account_id uuid not null,
  usage_event_id uuid not null,
  cost_micros public.credit_count not null,
  primary key (account_id, usage_event_id),
  foreign key (account_id, usage_event_id) references public.usage_events (account_id, id)
);
comment on table public.usage_costs is 'What the provider asks for a usage event, in millionths of a US dollar. The founder''s secret.';

alter table public.usage_events enable row level security;
alter table public.usage_daily enable row level security;
alter table public.usage_costs enable row level security;

create policy "members read their usage" on public.usage_events
  for select to authenticated using (account_id = any ((select private.member_accounts())::uuid[]));
create policy "members read their daily usage" on public.usage_daily
  for select to authenticated using (account_id = any ((select private.member_accounts())::uuid[]));

grant select on public.usage_events to authenticated;
grant select on public.usage_daily to authenticated;
grant select on public.usage_events to service_role;
grant select on public.usage_daily to service_role;
grant select on public.usage_costs to service_role;

-- Answers why a usage record cannot be booked, or null.
create function private.usage_problem(usage jsonb, at timestamptz) returns text
language plpgsql immutable set search_path = '' as $$
declare
  pool text;
begin
  if jsonb_typeof(usage) is distinct from 'object' then return 'usage must be an object'; end if;
  if jsonb_typeof(usage -> 'feature') is distinct from 'string' or char_length(usage ->> 'feature') not between 1 and 100 then
    return 'feature must have 1 to 100 characters';
  end if;
  if coalesce(jsonb_typeof(usage -> 'model'), 'null') not in ('string', 'null') or char_length(usage ->> 'model') not between 1 and 100 then
    return 'model must have 1 to 100 characters, or be null';
  end if;
  foreach pool in array array['input_tokens', 'cached_input_tokens', 'output_tokens', 'reasoning_tokens', 'cost_micros'] loop
    if not private.is_count(usage -> pool) then return pool || ' must be a whole number from 0 to 1000000000000'; end if;
  end loop;
  if coalesce(jsonb_typeof(usage -> 'estimated'), 'null') not in ('boolean', 'null') then return 'estimated must be true or false'; end if;
  if not coalesce(usage ->> 'user_id', '00000000-0000-0000-0000-000000000000') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    return 'user_id must be a uuid';
  end if;
  if not coalesce(usage ->> 'occurred_at', '') ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$' then
    return 'occurred_at must be an ISO 8601 time';
  end if;
  if (usage ->> 'occurred_at')::timestamptz > at + interval '60 seconds' then return 'occurred_at lies in the future'; end if;
  return null;
exception when datetime_field_overflow or invalid_datetime_format then
  return 'occurred_at must be an ISO 8601 time';
end $$;

-- Absent or null counts as 0.
create function private.is_count(value jsonb) returns boolean
language sql immutable set search_path = '' as $$
  select case coalesce(jsonb_typeof(value), 'null')
    when 'null' then true
    when 'number' then value::numeric between 0 and 1000000000000 and value::numeric = trunc(value::numeric)
    else false
  end
$$;

-- Builds the event a usage record stands for. What it is worth, and the part that is overage, its caller knows.
create function private.usage_event(
  account_id uuid, id uuid, key text, arguments_hash uuid, usage jsonb, credits bigint, overage_credits bigint, at timestamptz
) returns public.usage_events
language sql stable set search_path = '' as $$
  select row(
    account_id, id, key, arguments_hash, usage ->> 'feature', usage ->> 'model',
    coalesce((usage ->> 'input_tokens')::numeric::bigint, 0), coalesce((usage ->> 'cached_input_tokens')::numeric::bigint, 0),
    coalesce((usage ->> 'output_tokens')::numeric::bigint, 0), coalesce((usage ->> 'reasoning_tokens')::numeric::bigint, 0),
    credits, overage_credits, usage ->> 'rate_card_version', (usage ->> 'user_id')::uuid,
    coalesce((usage ->> 'estimated')::boolean, false), coalesce((usage ->> 'occurred_at')::timestamptz, at), at
  )::public.usage_events
$$;

-- Adds one event to its day. Its caller holds the account's lock, so that no two add to one row at once.
create function private.add_to_day(event public.usage_events) returns void
language sql set search_path = '' as $$
  insert into public.usage_daily as d
    (account_id, day, model, feature, events, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, credits, overage_credits)
  values (event.account_id, (event.occurred_at at time zone 'UTC')::date, coalesce(event.model, ''), event.feature, 1,
    event.input_tokens, event.cached_input_tokens, event.output_tokens, event.reasoning_tokens, event.credits, event.overage_credits)
  on conflict (account_id, day, model, feature) do update set
    events = d.events + 1,
    input_tokens = d.input_tokens + excluded.input_tokens,
    cached_input_tokens = d.cached_input_tokens + excluded.cached_input_tokens,
    output_tokens = d.output_tokens + excluded.output_tokens,
    reasoning_tokens = d.reasoning_tokens + excluded.reasoning_tokens,
    credits = d.credits + excluded.credits,
    overage_credits = d.overage_credits + excluded.overage_credits
$$;

-- Stores one event with its cost, and adds it to its day.
create function private.store_usage(event public.usage_events, cost_micros bigint) returns void
language plpgsql set search_path = '' as $$
begin
  insert into public.usage_events select event.*;
  if cost_micros is not null then
    insert into public.usage_costs (account_id, usage_event_id, cost_micros) values (event.account_id, event.id, store_usage.cost_micros);
  end if;
  perform private.add_to_day(event);
end $$;
