create table public.stripe_events (
  id text primary key,
  type text not null,
  livemode boolean not null,
  api_version text,
  customer_id text,
  payload jsonb not null,
  status text not null,
  reason text,
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  claimed_until timestamptz,
  claimed_by uuid,
  last_error text,
  created_at timestamptz not null,
  received_at timestamptz not null,
  delivered_at timestamptz,
  finished_at timestamptz,
  constraint an_event_has_a_known_status check (status in ('pending', 'done', 'ignored', 'dead')),
  constraint only_a_pending_event_is_due check ((status = 'pending') = (next_attempt_at is not null)),
  constraint finished_exactly_when_not_pending check ((status = 'pending') = (finished_at is null))
);
comment on table public.stripe_events is 'The inbox: every verified event, once. Its payload says only what to fetch again; what it claims about money is not believed. delivered_at is null while only Stripe''s list has told of it: Stripe never delivered it.';
create index stripe_events_unfinished on public.stripe_events (next_attempt_at) where status = 'pending';
create index stripe_events_of_a_customer on public.stripe_events ((coalesce(customer_id, id))) where status = 'pending';
create index stripe_events_dead on public.stripe_events (finished_at) where status = 'dead';
create index stripe_events_delivered on public.stripe_events (livemode, delivered_at desc) where delivered_at is not null;
create index stripe_events_created_at on public.stripe_events (livemode, created_at desc);
create index stripe_events_undelivered on public.stripe_events (livemode, created_at) where delivered_at is null;

alter table public.stripe_events enable row level security;
grant select, insert, update, delete on public.stripe_events to service_role;

-- Stores a verified event once. `ignore` names the reason if it is none of ours; a customer that we did not make is another.
-- While two endpoints in two versions run side by side, each event comes in both: the one in our version counts. An event
-- that was not delivered but found in Stripe's list is the same event; what Stripe delivers after all is noted on it.
create function public.receive_stripe_event(
  id text, type text, livemode boolean, api_version text, customer_id text, payload jsonb, created_at timestamptz, ignore text,
  at timestamptz, is_listed boolean default false
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  received timestamptz := private.checked_time(receive_stripe_event.at);
  why text := receive_stripe_event.ignore;
begin
  if why is null and receive_stripe_event.customer_id is not null and not exists (
    select from public.stripe_customers c
    where c.customer_id = receive_stripe_event.customer_id and c.livemode = receive_stripe_event.livemode
  ) then
    why := 'foreign_customer';
  end if;
  insert into public.stripe_events as stored
    (id, type, livemode, api_version, customer_id, payload, status, reason, next_attempt_at, created_at, received_at, delivered_at, finished_at)
  values (
    receive_stripe_event.id, receive_stripe_event.type, receive_stripe_event.livemode, receive_stripe_event.api_version,
    receive_stripe_event.customer_id, receive_stripe_event.payload,
    case when why is null then 'pending' else 'ignored' end, why,
    case when why is null then received end, receive_stripe_event.created_at, received,
    case when not receive_stripe_event.is_listed then received end, case when why is not null then received end
  )
  on conflict on constraint stripe_events_pkey do update
  set api_version = excluded.api_version, payload = excluded.payload, status = 'pending', reason = null,
    next_attempt_at = excluded.next_attempt_at, finished_at = null, delivered_at = coalesce(stored.delivered_at, excluded.delivered_at)
  where stored.reason = 'wrong_api_version' and excluded.status = 'pending';
  if not found then
    if not receive_stripe_event.is_listed then
      update public.stripe_events e set delivered_at = received where e.id = receive_stripe_event.id and e.delivered_at is null;
    end if;
    return jsonb_build_object('ok', true, 'code', 'duplicate');
  end if;
  return jsonb_build_object('ok', true, 'code', case when why is null then 'stored' else 'ignored' end, 'reason', why);
end $$;
grant execute on function public.receive_stripe_event(text, text, boolean, text, text, jsonb, timestamptz, text, timestamptz, boolean) to service_role;

-- Claims the customer whose events have waited longest, and those of its events that are due, so that one customer's
-- events have one worker at a time. A worker that dies loses its claim when the lease is over. An event that names no
-- customer stands for itself. Answers { ok, code, subject, events }; subject is null when nobody is left.
create function public.claim_stripe_events(most integer, lease uuid, lease_seconds integer, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  started timestamptz := private.checked_time(claim_stripe_events.at);
  until timestamptz := started + make_interval(secs => lease_seconds);
  candidate text;
  taken text;
  claimed jsonb;
begin
  for candidate in
    select coalesce(e.customer_id, e.id) from public.stripe_events e
    where e.status = 'pending' and e.next_attempt_at <= started and (e.claimed_until is null or e.claimed_until <= started)
      and not exists (
        select from public.stripe_customer_leases held
        where held.customer_id = coalesce(e.customer_id, e.id) and held.leased_until > started
      )
    order by e.next_attempt_at, e.created_at limit claim_stripe_events.most
  loop
    if private.take_customer(candidate, claim_stripe_events.lease, until, started) then
      taken := candidate;
      exit;
    end if;
  end loop;
  with mine as (
    update public.stripe_events e
    set claimed_until = until, claimed_by = claim_stripe_events.lease, attempts = e.attempts + 1
    where e.id in (
      select due.id from public.stripe_events due
      where due.status = 'pending' and due.next_attempt_at <= started and (due.claimed_until is null or due.claimed_until <= started)
        and coalesce(due.customer_id, due.id) = taken
      order by due.created_at, due.id limit claim_stripe_events.most for update
    )
    returning e.id, e.payload, e.attempts, e.created_at
  )
  select jsonb_agg(jsonb_build_object('id', m.id, 'payload', m.payload, 'attempts', m.attempts) order by m.created_at, m.id)
  into claimed from mine m;
  return jsonb_build_object('ok', true, 'code', 'claimed', 'subject', taken, 'events', coalesce(claimed, '[]'));
end $$;
grant execute on function public.claim_stripe_events(integer, uuid, integer, timestamptz) to service_role;

-- Says what became of a claimed event: `done`, `ignored`, or `failed` with the time of the next attempt. Without one
-- the event is dead, and waits for an admin. `postponed` is tried later too and was no attempt.
create function public.finish_stripe_event(id text, lease uuid, outcome text, reason text, retry_at timestamptz, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  finished timestamptz := private.checked_time(finish_stripe_event.at);
  next_status text;
  event public.stripe_events;
begin
  if finish_stripe_event.outcome not in ('done', 'ignored', 'failed', 'postponed') then
    raise exception 'an event is done, ignored, failed or postponed, not %', finish_stripe_event.outcome using errcode = 'PT400';
  end if;
  next_status := case
    when finish_stripe_event.outcome in ('done', 'ignored') then finish_stripe_event.outcome
    when finish_stripe_event.retry_at is null then 'dead'
    else 'pending'
  end;
  update public.stripe_events e
  set status = next_status,
      attempts = case when finish_stripe_event.outcome = 'postponed' then e.attempts - 1 else e.attempts end,
      reason = case when next_status = 'ignored' then finish_stripe_event.reason else e.reason end,
      last_error = case when finish_stripe_event.outcome = 'failed' then finish_stripe_event.reason else e.last_error end,
      next_attempt_at = case when next_status = 'pending' then finish_stripe_event.retry_at end,
      finished_at = case when next_status <> 'pending' then finished end,
      claimed_until = null, claimed_by = null
  where e.id = finish_stripe_event.id and e.claimed_by = finish_stripe_event.lease and e.status = 'pending'
  returning e.* into event;
  if not found then
    return jsonb_build_object('ok', false, 'code', 'lease_lost');
  end if;
  if next_status = 'dead' then
    perform private.raise_alert('event_dead', event.id, c.account_id, event.livemode,
      jsonb_build_object('event', event.id, 'type', event.type, 'error', event.last_error), finished)
    from (select) nobody left join public.stripe_customers c on c.customer_id = event.customer_id;
  elsif next_status in ('done', 'ignored') then
    perform private.settle_alert('event_dead', event.id, event.livemode, finished);
  end if;
  return jsonb_build_object('ok', true, 'code', next_status);
end $$;
grant execute on function public.finish_stripe_event(text, uuid, text, text, timestamptz, timestamptz) to service_role;

-- Gives a dead event its attempts back, after a person has mended what killed it.
create function public.replay_stripe_event(id text, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
begin
  update public.stripe_events e
  set status = 'pending', attempts = 0, next_attempt_at = private.checked_time(replay_stripe_event.at), finished_at = null
  where e.id = replay_stripe_event.id and e.status = 'dead';
  if not found then
    return jsonb_build_object('ok', false, 'code', 'not_dead');
  end if;
  return jsonb_build_object('ok', true, 'code', 'pending');
end $$;
grant execute on function public.replay_stripe_event(text, timestamptz) to service_role;
