create table public.reconciliation_runs (
  id uuid primary key default gen_random_uuid(),
  check_key text not null,
  livemode boolean not null,
  asked_by text not null,
  started_at timestamptz not null,
  place jsonb not null default '{}',
  checked bigint not null default 0,
  mended bigint not null default 0,
  attempts integer not null default 0,
  claimed_by uuid,
  claimed_until timestamptz,
  error text,
  outcome text,
  finished_at timestamptz,
  constraint a_check_is_asked_for_by_clock_or_admin check (asked_by in ('clock', 'admin')),
  constraint a_check_has_a_known_outcome check (outcome in ('agrees', 'differs', 'failed')),
  constraint finished_exactly_when_it_has_an_outcome check ((finished_at is null) = (outcome is null))
);
comment on table public.reconciliation_runs is 'Each time something was compared with Stripe, or with itself, page by page: place says how far it has come, so that a worker that dies loses one page.';
create unique index one_run_of_a_check on public.reconciliation_runs (check_key, livemode) where finished_at is null;
create index reconciliation_runs_in_order on public.reconciliation_runs (check_key, livemode, started_at desc);

create table public.reconciliation_findings (
  id uuid primary key default gen_random_uuid(),
  check_key text not null,
  rule text not null,
  key text not null,
  livemode boolean not null,
  account_id uuid references public.accounts (id) on delete set null,
  text text not null,
  ours text,
  theirs text,
  mend jsonb,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  run_id uuid not null,
  mended_at timestamptz,
  closed_at timestamptz,
  constraint what_is_mended_is_closed check (mended_at is null or closed_at is not null)
);
comment on table public.reconciliation_findings is 'What differs, once for as long as it does. A whole run that finds it no more closes it; mended_at says that a run has brought it in step itself.';
create unique index one_open_finding on public.reconciliation_findings (check_key, rule, key, livemode) where closed_at is null;
create index findings_of_a_check on public.reconciliation_findings (check_key, livemode, last_seen_at desc);
create index open_findings_of_a_run on public.reconciliation_findings (check_key, livemode, run_id) where closed_at is null;

create table public.reconciliation_seen (
  run_id uuid not null references public.reconciliation_runs (id) on delete cascade,
  id text not null,
  primary key (run_id, id)
);
comment on table public.reconciliation_seen is 'What a run has met at Stripe, for as long as it lasts, so that it can tell what is here and not there.';

alter table public.reconciliation_runs enable row level security;
alter table public.reconciliation_findings enable row level security;
alter table public.reconciliation_seen enable row level security;
grant select, insert, update, delete on public.reconciliation_runs, public.reconciliation_findings, public.reconciliation_seen to service_role;

-- Begins each check of a list that is not under way.
create function public.start_reconciliation(checks text[], livemode boolean, asked_by text, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  started integer;
begin
  insert into public.reconciliation_runs (check_key, livemode, asked_by, started_at)
  select c.key, start_reconciliation.livemode, start_reconciliation.asked_by, private.checked_time(start_reconciliation.at)
  from unnest(start_reconciliation.checks) with ordinality c (key, position) order by c.position
  on conflict do nothing;
  get diagnostics started = row_count;
  return jsonb_build_object('ok', true, 'code', 'started', 'runs', started);
end $$;
grant execute on function public.start_reconciliation(text[], boolean, text, timestamptz) to service_role;

-- Claims the run that goes on now, one worker at a time: the oldest that is under way, or else the first check of the
-- list that has not begun for so many seconds. Answers { run }, null when nothing is due.
create function public.claim_reconciliation(
  checks text[], livemode boolean, every_seconds integer, lease uuid, lease_seconds integer, at timestamptz
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  claimed_at timestamptz := private.checked_time(claim_reconciliation.at);
  run public.reconciliation_runs;
  due text;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('reconciliation', 0)) then
    return jsonb_build_object('ok', true, 'code', 'busy', 'run', null);
  end if;
  select r.* into run from public.reconciliation_runs r
  where r.finished_at is null and r.livemode = claim_reconciliation.livemode and r.check_key = any (claim_reconciliation.checks)
  order by (r.claimed_until > claimed_at and r.claimed_until < claimed_at + interval '1 day') desc nulls last,
    r.started_at, array_position(claim_reconciliation.checks, r.check_key) limit 1;
  if run.id is null then
    select c.key into due from unnest(claim_reconciliation.checks) with ordinality c (key, position)
    where not exists (
      select from public.reconciliation_runs former
      where former.check_key = c.key and former.livemode = claim_reconciliation.livemode
        and former.started_at > claimed_at - make_interval(secs => every_seconds) and former.started_at <= claimed_at + interval '1 minute'
    )
    order by c.position limit 1;
    if due is null then
      return jsonb_build_object('ok', true, 'code', 'nothing_due', 'run', null);
    end if;
    insert into public.reconciliation_runs (check_key, livemode, asked_by, started_at)
    values (due, claim_reconciliation.livemode, 'clock', claimed_at) returning * into run;
    delete from public.reconciliation_runs old
    where old.check_key = due and old.livemode = claim_reconciliation.livemode and old.finished_at < claimed_at - interval '90 days';
    delete from public.reconciliation_findings old
    where old.check_key = due and old.livemode = claim_reconciliation.livemode and old.closed_at < claimed_at - interval '90 days';
  elsif run.claimed_until > claimed_at and run.claimed_until < claimed_at + interval '1 day' then
    return jsonb_build_object('ok', true, 'code', 'busy', 'run', null);
  end if;
  update public.reconciliation_runs r
  set claimed_by = claim_reconciliation.lease, claimed_until = claimed_at + make_interval(secs => lease_seconds)
  where r.id = run.id returning r.* into run;
  return jsonb_build_object('ok', true, 'code', 'claimed', 'run', to_jsonb(run));
end $$;
grant execute on function public.claim_reconciliation(text[], boolean, integer, uuid, integer, timestamptz) to service_role;

-- Keeps what one page of a run has found, and how far the run has come. With the last page the run is over: what it
-- found no more is closed, and its alert is raised or settled. `lease_lost` and nothing written if another worker has it.
create function public.save_reconciliation_page(
  run_id uuid, lease uuid, lease_seconds integer, place jsonb, checked integer, findings jsonb, seen text[], is_last boolean, alert text, at timestamptz
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  saved_at timestamptz := private.checked_time(save_reconciliation_page.at);
  run public.reconciliation_runs;
  open_now bigint;
begin
  select r.* into run from public.reconciliation_runs r
  where r.id = save_reconciliation_page.run_id and r.claimed_by = save_reconciliation_page.lease and r.finished_at is null for update;
  if not found then
    return jsonb_build_object('ok', false, 'code', 'lease_lost');
  end if;
  update public.reconciliation_findings known set closed_at = saved_at, mended_at = saved_at, last_seen_at = saved_at
  from jsonb_to_recordset(save_reconciliation_page.findings) f (rule text, key text, is_mended boolean)
  where f.is_mended and known.check_key = run.check_key and known.livemode = run.livemode and known.rule = f.rule
    and known.key = f.key and known.closed_at is null;
  insert into public.reconciliation_findings as known (
    check_key, rule, key, livemode, account_id, text, ours, theirs, mend, first_seen_at, last_seen_at, run_id, mended_at, closed_at
  )
  select distinct on (f.rule, f.key) run.check_key, f.rule, f.key, run.livemode, a.id, f.text, f.ours, f.theirs, f.mend, saved_at, saved_at, run.id,
    case when f.is_mended then saved_at end, case when f.is_mended then saved_at end
  from jsonb_to_recordset(save_reconciliation_page.findings)
    f (rule text, key text, account_id uuid, text text, ours text, theirs text, mend jsonb, is_mended boolean)
  left join public.accounts a on a.id = f.account_id
  where not f.is_mended or not exists (
    select from public.reconciliation_findings closed
    where closed.check_key = run.check_key and closed.livemode = run.livemode and closed.rule = f.rule and closed.key = f.key
      and closed.mended_at = saved_at
  )
  on conflict (check_key, rule, key, livemode) where closed_at is null do update
  set text = excluded.text, ours = excluded.ours, theirs = excluded.theirs, mend = excluded.mend,
    last_seen_at = excluded.last_seen_at, run_id = excluded.run_id;
  insert into public.reconciliation_seen (run_id, id)
  select run.id, s from unnest(save_reconciliation_page.seen) s on conflict do nothing;
  update public.reconciliation_runs r
  set place = save_reconciliation_page.place, checked = r.checked + save_reconciliation_page.checked, attempts = 0, error = null,
    mended = r.mended + (select count(*) from jsonb_array_elements(save_reconciliation_page.findings) f where (f ->> 'is_mended')::boolean),
    claimed_until = saved_at + make_interval(secs => lease_seconds)
  where r.id = run.id returning r.* into run;
  if not save_reconciliation_page.is_last then
    return jsonb_build_object('ok', true, 'code', 'saved');
  end if;
  update public.reconciliation_findings f set closed_at = saved_at
  where f.check_key = run.check_key and f.livemode = run.livemode and f.closed_at is null and f.run_id <> run.id;
  select count(*) into open_now from public.reconciliation_findings f
  where f.check_key = run.check_key and f.livemode = run.livemode and f.closed_at is null;
  update public.reconciliation_runs r
  set finished_at = saved_at, outcome = case when open_now = 0 then 'agrees' else 'differs' end, claimed_until = null, claimed_by = null
  where r.id = run.id;
  delete from public.reconciliation_seen s where s.run_id = run.id;
  if open_now = 0 then
    perform private.settle_alert(save_reconciliation_page.alert, run.check_key, run.livemode, saved_at);
  else
    perform private.raise_alert(save_reconciliation_page.alert, run.check_key, null, run.livemode,
      jsonb_build_object('check', run.check_key, 'count', open_now), saved_at);
  end if;
  return jsonb_build_object('ok', true, 'code', 'finished');
end $$;
grant execute on function public.save_reconciliation_page(uuid, uuid, integer, jsonb, integer, jsonb, text[], boolean, text, timestamptz) to service_role;

-- A page could not be compared. It is tried again ever later; after ten times in a row the run is given up, and what
-- earlier runs have found stays open.
create function public.fail_reconciliation_page(run_id uuid, lease uuid, error text, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  failed_at timestamptz := private.checked_time(fail_reconciliation_page.at);
begin
  update public.reconciliation_runs r
  set attempts = r.attempts + 1, error = left(fail_reconciliation_page.error, 1000), claimed_by = null,
    claimed_until = case when r.attempts < 9 then failed_at + make_interval(mins => r.attempts + 1) end,
    outcome = case when r.attempts >= 9 then 'failed' end, finished_at = case when r.attempts >= 9 then failed_at end
  where r.id = fail_reconciliation_page.run_id and r.claimed_by = fail_reconciliation_page.lease and r.finished_at is null;
  return jsonb_build_object('ok', found, 'code', case when found then 'noted' else 'lease_lost' end);
end $$;
grant execute on function public.fail_reconciliation_page(uuid, uuid, text, timestamptz) to service_role;

-- The newest run of each check, the last that ended, and how much is open.
create function public.read_reconciliation(livemode boolean) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'check', newest.check_key, 'newest', to_jsonb(newest), 'ended', to_jsonb(ended),
    'open', (select count(*) from public.reconciliation_findings f
      where f.check_key = newest.check_key and f.livemode = newest.livemode and f.closed_at is null)
  )), '[]')
  from (
    select distinct on (r.check_key) r.* from public.reconciliation_runs r
    where r.livemode = read_reconciliation.livemode order by r.check_key, r.started_at desc
  ) newest
  left join lateral (
    select r.* from public.reconciliation_runs r
    where r.check_key = newest.check_key and r.livemode = newest.livemode and r.finished_at is not null
    order by r.started_at desc limit 1
  ) ended on true
$$;
grant execute on function public.read_reconciliation(boolean) to service_role;

-- A page of what a check has found, open ones first, then the newest. `place` is { open, at, id } of the last one seen.
create function public.read_findings(livemode boolean, check_key text, most integer, place jsonb default null) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(page) order by page.is_open desc, page.last_seen_at desc, page.id desc), '[]') from (
    select f.*, f.closed_at is null as is_open, a.name as account_name
    from public.reconciliation_findings f left join public.accounts a on a.id = f.account_id
    where f.livemode = read_findings.livemode and f.check_key = read_findings.check_key
      and (read_findings.place is null or (f.closed_at is null, f.last_seen_at, f.id)
        < ((read_findings.place ->> 'open')::boolean, (read_findings.place ->> 'at')::timestamptz, (read_findings.place ->> 'id')::uuid))
    order by (f.closed_at is null) desc, f.last_seen_at desc, f.id desc limit read_findings.most
  ) page
$$;
grant execute on function public.read_findings(boolean, text, integer, jsonb) to service_role;

-- Whether Stripe's deliveries reach us: when the last one came, and the events that only Stripe's list told us of. One
-- that is an hour old counts when nothing was delivered since it was made, one that is a day old counts in any case.
create function public.read_deliveries(livemode boolean, at timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  with last as (
    select max(e.delivered_at) as delivered_at from public.stripe_events e
    where e.livemode = read_deliveries.livemode and e.delivered_at is not null
  )
  select jsonb_build_object(
    'last_delivered_at', (select last.delivered_at from last),
    'undelivered', (
      select count(*) from public.stripe_events e
      where e.livemode = read_deliveries.livemode and e.delivered_at is null
        and e.created_at > read_deliveries.at - interval '3 days' and e.created_at <= read_deliveries.at - interval '1 hour'
        and (e.created_at <= read_deliveries.at - interval '1 day' or not exists (select from last where last.delivered_at > e.created_at))
    ),
    'last_event_at', (select max(e.created_at) from public.stripe_events e where e.livemode = read_deliveries.livemode)
  )
$$;
grant execute on function public.read_deliveries(boolean, timestamptz) to service_role;

-- Raises and settles the alerts that follow from what stands in the tables: mail that was given up, use that waits for a
-- decision.
create function public.watch_tables(livemode boolean, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  watched_at timestamptz := private.checked_time(watch_tables.at);
  given_up bigint;
  problem text;
  waiting bigint;
begin
  select count(*), max(m.last_error) into given_up, problem from public.mail_outbox m
  where m.queued_at > watched_at - interval '7 days' and m.sent_at is null and m.withheld_at is null
    and m.last_error is not null and (m.next_attempt_at is null or m.attempts >= 4);
  if given_up > 0 then
    perform private.raise_alert('mail_failing', 'outbox', null, watch_tables.livemode,
      jsonb_build_object('count', given_up, 'error', problem), watched_at);
  else
    perform private.settle_alert('mail_failing', 'outbox', watch_tables.livemode, watched_at);
  end if;
  select count(*) into waiting from public.meter_outbox m
  where m.state in ('rejected', 'review') and m.livemode = watch_tables.livemode;
  if waiting > 0 then
    perform private.raise_alert('meter_row_waits', 'outbox', null, watch_tables.livemode, jsonb_build_object('count', waiting), watched_at);
  else
    perform private.settle_alert('meter_row_waits', 'outbox', watch_tables.livemode, watched_at);
  end if;
  return jsonb_build_object('ok', true, 'code', 'watched');
end $$;
grant execute on function public.watch_tables(boolean, timestamptz) to service_role;

-- Puts the alerts that are still open and were never mailed into one mail. Two workers at once: one of them writes it.
create function public.mail_alerts(ids uuid[], data jsonb, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  mailed timestamptz := private.checked_time(mail_alerts.at);
  marked integer;
begin
  update public.alerts a set mailed_at = mailed
  where a.id in (
    select open.id from public.alerts open where open.id = any (mail_alerts.ids) and open.mailed_at is null order by open.id for update
  );
  get diagnostics marked = row_count;
  if marked <> cardinality(mail_alerts.ids) then
    raise exception 'another worker mails some of these alerts' using errcode = 'PT409';
  end if;
  perform private.queue_founder_mail('alerts', mail_alerts.ids[1]::text, mail_alerts.data, mailed);
  return jsonb_build_object('ok', true, 'code', 'queued');
end $$;
grant execute on function public.mail_alerts(uuid[], jsonb, timestamptz) to service_role;
