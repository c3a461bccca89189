-- What Stripe reports about meter events it took, what an admin decides, and corrections.

create table public.stripe_thin_events (
  id text primary key,
  type text not null,
  livemode boolean not null,
  status text not null,
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  last_error text,
  received_at timestamptz not null,
  finished_at timestamptz,
  constraint a_thin_event_has_a_known_status check (status in ('pending', 'done', 'ignored', 'dead')),
  constraint only_a_pending_thin_event_is_due check ((status = 'pending') = (next_attempt_at is not null))
);
comment on table public.stripe_thin_events is 'Stripe''s notifications about meters, each once. They carry an id alone; what they are about is fetched.';
create index stripe_thin_events_due on public.stripe_thin_events (next_attempt_at) where status = 'pending';
alter table public.stripe_thin_events enable row level security;
grant select, insert, update, delete on public.stripe_thin_events to service_role;

create function public.receive_thin_event(id text, type text, livemode boolean, ignore boolean, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  received constant timestamptz := private.checked_time(receive_thin_event.at);
begin
  insert into public.stripe_thin_events (id, type, livemode, status, next_attempt_at, received_at, finished_at)
  values (receive_thin_event.id, receive_thin_event.type, receive_thin_event.livemode, case when ignore then 'ignored' else 'pending' end,
    case when not ignore then received end, received, case when ignore then received end)
  on conflict on constraint stripe_thin_events_pkey do nothing;
  return jsonb_build_object('ok', true, 'code', case when not found then 'duplicate' when ignore then 'ignored' else 'stored' end);
end $$;
grant execute on function public.receive_thin_event(text, text, boolean, boolean, timestamptz) to service_role;

-- Claims notifications for two minutes.
create function public.claim_thin_events(most integer, at timestamptz) returns setof public.stripe_thin_events
language sql set search_path = '' as $$
  update public.stripe_thin_events e set attempts = e.attempts + 1, next_attempt_at = private.checked_time(claim_thin_events.at) + interval '2 minutes'
  where e.id in (
    select due.id from public.stripe_thin_events due where due.status = 'pending' and due.next_attempt_at <= claim_thin_events.at
    order by due.next_attempt_at limit claim_thin_events.most for update skip locked
  )
  returning e.*
$$;
grant execute on function public.claim_thin_events(integer, timestamptz) to service_role;

create function public.finish_thin_event(id text, status text, retry_at timestamptz, error text, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
begin
  update public.stripe_thin_events e set status = finish_thin_event.status, next_attempt_at = finish_thin_event.retry_at, last_error = finish_thin_event.error,
    finished_at = case when finish_thin_event.status <> 'pending' then private.checked_time(finish_thin_event.at) end
  where e.id = finish_thin_event.id and e.status = 'pending';
  return jsonb_build_object('ok', found, 'code', case when found then finish_thin_event.status else 'not_pending' end);
end $$;
grant execute on function public.finish_thin_event(text, text, timestamptz, text, timestamptz) to service_role;

-- Stripe took a meter event and reports now that it does not count. An identifier that was replaced rejects nothing.
create function public.reject_meter_event(identifier text, error text, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
begin
  perform private.checked_time(reject_meter_event.at);
  update public.meter_outbox m set state = 'rejected', claimed_by = null, claimed_until = null, next_attempt_at = null,
    is_in_doubt = false, last_error = left(reject_meter_event.error, 1000)
  where m.identifier = reject_meter_event.identifier and m.state in ('sending', 'unsure', 'verify', 'accepted', 'confirmed');
  return jsonb_build_object('ok', found, 'code', case when found then 'rejected' else 'unknown_identifier' end);
end $$;
grant execute on function public.reject_meter_event(text, text, timestamptz) to service_role;

-- What an admin decides about a rejected row or one under review: send it as its next revision, count it as taken, or
-- write it off.
create function public.decide_meter_row(id uuid, decision text, reason text, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(decide_meter_row.at);
  known public.meter_outbox;
begin
  if decision not in ('send', 'count', 'write_off') then raise exception 'a row is sent, counted or written off, not %', decision using errcode = 'PT400'; end if;
  select * into known from public.meter_outbox m where m.id = decide_meter_row.id for update;
  if known.state is null or known.state not in ('rejected', 'review') then return jsonb_build_object('ok', false, 'code', 'nothing_to_decide'); end if;
  if decision = 'send' then
    perform private.revise_meter_row(known.id, false, checked_at);
  else
    update public.meter_outbox m set state = case decision when 'count' then 'confirmed' else 'written_off' end, last_error = decide_meter_row.reason,
      is_in_doubt = false, next_attempt_at = null, accepted_at = coalesce(m.accepted_at, checked_at),
      confirmed_at = case decision when 'count' then checked_at end
    where m.id = known.id;
  end if;
  return jsonb_build_object('ok', true, 'code', 'decided');
end $$;
grant execute on function public.decide_meter_row(uuid, text, text, timestamptz) to service_role;

-- Corrects a row downwards: `edit` what was not sent, `cancel` what was sent lately (finish_meter_cancel then puts the
-- right value in its place), or `offset` it by a further, negative revision.
create function public.correct_meter_row(id uuid, revision integer, how text, right_value bigint, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(correct_meter_row.at);
  known public.meter_outbox;
begin
  select * into known from public.meter_outbox m where m.id = correct_meter_row.id and m.revision = correct_meter_row.revision for update;
  if known.id is null or not (how = 'edit' and known.state in ('closed', 'blocked', 'stale', 'rejected') and not known.is_in_doubt and known.remainder_id is null
    or how in ('cancel', 'offset') and known.state in ('accepted', 'confirmed')) or right_value not between 0 and known.value
  then
    return jsonb_build_object('ok', false, 'code', 'changed_meanwhile');
  end if;
  if how = 'cancel' then
    update public.meter_outbox m set state = 'canceling', right_value = correct_meter_row.right_value, next_attempt_at = checked_at where m.id = known.id;
  elsif how = 'edit' then
    update public.meter_outbox m set value = correct_meter_row.right_value, corrected = m.corrected + m.value - correct_meter_row.right_value,
      state = case when correct_meter_row.right_value = 0 then 'written_off' else m.state end where m.id = known.id;
  else
    perform private.add_meter_revision(known, correct_meter_row.right_value - known.value, known.value - correct_meter_row.right_value, checked_at);
  end if;
  return jsonb_build_object('ok', true, 'code', how);
end $$;
grant execute on function public.correct_meter_row(uuid, integer, text, bigint, timestamptz) to service_role;

-- Adds a row to the window of another. One that says nothing need not be sent.
create function private.add_meter_revision(known public.meter_outbox, value bigint, corrected bigint, at timestamptz) returns void
language plpgsql set search_path = '' as $$
begin
  insert into public.meter_outbox (account_id, window_start_at, window_end_at, revision, value, corrected, state, event_at, period_start_at, period_end_at,
    is_rebased, next_attempt_at, recorded_at)
  values (known.account_id, known.window_start_at, known.window_end_at,
    private.next_meter_revision(known.account_id, known.window_start_at, known.window_end_at), value, corrected,
    case when value = 0 then 'written_off' else 'closed' end, known.event_at, known.period_start_at, known.period_end_at, known.is_rebased, at, at);
end $$;
grant execute on function private.add_meter_revision(public.meter_outbox, bigint, bigint, timestamptz) to service_role;

-- Claims one row whose event is to be canceled, for two minutes.
create function public.claim_meter_cancel(livemode boolean, at timestamptz) returns jsonb
language sql set search_path = '' as $$
  with due as (
    select m.id from public.meter_outbox m
    where m.state = 'canceling' and m.livemode = claim_meter_cancel.livemode and m.next_attempt_at <= claim_meter_cancel.at
    order by m.next_attempt_at limit 1 for update skip locked
  ), claimed as (
    update public.meter_outbox m set next_attempt_at = private.checked_time(claim_meter_cancel.at) + interval '2 minutes'
    from due where m.id = due.id returning m.*
  )
  select to_jsonb(claimed) from claimed
$$;
grant execute on function public.claim_meter_cancel(boolean, timestamptz) to service_role;

-- Stripe has canceled the event: the right value takes its place. Not canceled, since it was too late: the difference is
-- offset by a negative revision.
create function public.finish_meter_cancel(id uuid, canceled boolean, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(finish_meter_cancel.at);
  known public.meter_outbox;
begin
  select * into known from public.meter_outbox m where m.id = finish_meter_cancel.id and m.state = 'canceling' for update;
  if known.id is null then return jsonb_build_object('ok', false, 'code', 'changed_meanwhile'); end if;
  if canceled then
    perform private.add_meter_revision(known, known.right_value, known.value - known.right_value + known.corrected, checked_at);
    update public.meter_outbox m set state = 'canceled', next_attempt_at = null where m.id = known.id;
  else
    perform private.add_meter_revision(known, known.right_value - known.value, known.value - known.right_value, checked_at);
    update public.meter_outbox m set state = 'accepted', next_attempt_at = checked_at + interval '1 hour' where m.id = known.id;
  end if;
  return jsonb_build_object('ok', true, 'code', case when canceled then 'canceled' else 'offset' end);
end $$;
grant execute on function public.finish_meter_cancel(uuid, boolean, timestamptz) to service_role;
