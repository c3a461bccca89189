-- The accounts the signed-in person belongs to. Policies of large tables ask it once a query instead of once a row.
create function private.member_accounts() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(m.account_id), '{}') from public.memberships m where m.user_id = (select auth.uid())
$$;
grant execute on function private.member_accounts() to authenticated;
grant execute on function private.member_accounts() to service_role;

create table public.usage_events (
  account_id uuid not null,
  id uuid not null,
  key text not null,
  arguments_hash uuid not null,
  feature text not null,
  model text,
  input_tokens bigint not null,
  cached_input_tokens bigint not null,
  output_tokens bigint not null,
  reasoning_tokens bigint not null,
  credits bigint not null,
  overage_credits bigint not null,
  rate_card_version text,
  user_id uuid,
  estimated boolean not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (account_id, id),
  constraint overage_is_a_part_of_the_credits check (overage_credits between 0 and credits),
  constraint no_pool_is_negative check (least(input_tokens, cached_input_tokens, output_tokens, reasoning_tokens) >= 0)
);
comment on table public.usage_events is 'What was used, once for each call: tokens in pools that exclude each other, and the credits they were worth. An event and the credit entry that billed it share their id.';

create table public.usage_daily (
  account_id uuid not null,
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
  cost_micros bigint not null,
  primary key (account_id, usage_event_id)
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
  counted jsonb;
begin
  if jsonb_typeof(usage) is distinct from 'object' then return 'usage must be an object'; end if;
  if jsonb_typeof(usage -> 'feature') is distinct from 'string' or char_length(usage ->> 'feature') not between 1 and 100 then
    return 'feature must have 1 to 100 characters';
  end if;
  if coalesce(jsonb_typeof(usage -> 'model'), 'null') not in ('string', 'null') or char_length(usage ->> 'model') not between 1 and 100 then
    return 'model must have 1 to 100 characters, or be null';
  end if;
  foreach pool in array array['input_tokens', 'cached_input_tokens', 'output_tokens', 'reasoning_tokens', 'cost_micros'] loop
    counted := usage -> pool;
    continue when counted is null or counted = 'null';
    if jsonb_typeof(counted) <> 'number' or counted::numeric not between 0 and 1000000000000 or counted::numeric <> trunc(counted::numeric) then
      return pool || ' must be a whole number from 0 to 1000000000000';
    end if;
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

-- Builds the event a usage record stands for. What it is worth, and the part that is overage, its caller knows.
-- In plpgsql, like all that the common paths call, since it keeps its plans.
create function private.usage_event(
  account_id uuid, id uuid, key text, arguments_hash uuid, usage jsonb, credits bigint, overage_credits bigint, at timestamptz
) returns public.usage_events
language plpgsql stable set search_path = '' as $$
declare
  event public.usage_events;
begin
  event.account_id := account_id;
  event.id := id;
  event.key := key;
  event.arguments_hash := arguments_hash;
  event.feature := usage ->> 'feature';
  event.model := usage ->> 'model';
  event.input_tokens := coalesce((usage ->> 'input_tokens')::numeric, 0);
  event.cached_input_tokens := coalesce((usage ->> 'cached_input_tokens')::numeric, 0);
  event.output_tokens := coalesce((usage ->> 'output_tokens')::numeric, 0);
  event.reasoning_tokens := coalesce((usage ->> 'reasoning_tokens')::numeric, 0);
  event.credits := credits;
  event.overage_credits := overage_credits;
  event.rate_card_version := usage ->> 'rate_card_version';
  event.user_id := usage ->> 'user_id';
  event.estimated := coalesce((usage ->> 'estimated')::boolean, false);
  event.occurred_at := coalesce((usage ->> 'occurred_at')::timestamptz, at);
  event.recorded_at := at;
  return event;
end $$;

-- Adds one event to its day. Its caller holds the account's lock, so that no two add to one row at once.
create function private.add_to_day(event public.usage_events) returns void
language plpgsql set search_path = '' as $$
<<words>>
declare
  day constant date := (event.occurred_at at time zone 'UTC')::date;
begin
  update public.usage_daily d set
    events = d.events + 1,
    input_tokens = d.input_tokens + event.input_tokens,
    cached_input_tokens = d.cached_input_tokens + event.cached_input_tokens,
    output_tokens = d.output_tokens + event.output_tokens,
    reasoning_tokens = d.reasoning_tokens + event.reasoning_tokens,
    credits = d.credits + event.credits,
    overage_credits = d.overage_credits + event.overage_credits
  where d.account_id = event.account_id and d.day = words.day and d.model = coalesce(event.model, '') and d.feature = event.feature;
  if not found then
    insert into public.usage_daily values (event.account_id, day, coalesce(event.model, ''), event.feature, 1,
      event.input_tokens, event.cached_input_tokens, event.output_tokens, event.reasoning_tokens, event.credits, event.overage_credits);
  end if;
end $$;

-- Stores one event with its cost, and adds it to its day.
create function private.store_usage(event public.usage_events, cost_micros bigint) returns void
language plpgsql set search_path = '' as $$
begin
  insert into public.usage_events values (event.account_id, event.id, event.key, event.arguments_hash, event.feature, event.model,
    event.input_tokens, event.cached_input_tokens, event.output_tokens, event.reasoning_tokens, event.credits, event.overage_credits,
    event.rate_card_version, event.user_id, event.estimated, event.occurred_at, event.recorded_at);
  if cost_micros is not null then
    insert into public.usage_costs (account_id, usage_event_id, cost_micros) values (event.account_id, event.id, store_usage.cost_micros);
  end if;
  perform private.add_to_day(event);
end $$;
