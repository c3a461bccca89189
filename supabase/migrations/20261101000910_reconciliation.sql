create table public.reconciliation_runs (
  id uuid primary key default gen_random_uuid(),
  check_key text not null,
  livemode boolean not null,
  asked_by text not null,
  started_at timestamptz not null,
  really_started_at timestamptz not null,
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
comment on table public.reconciliation_runs is 'Each time something was compared with Stripe, or with itself, page by page: place says how far it has come, so that a worker that dies loses one page. really_started_at is by the database''s own clock, which no local clock moves.';
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
  insert into public.reconciliation_runs (check_key, livemode, asked_by, started_at, really_started_at)
  select c.key, start_reconciliation.livemode, start_reconciliation.asked_by, private.checked_time(start_reconciliation.at), clock_timestamp()
  from unnest(start_reconciliation.checks) with ordinality c (key, position) order by c.position
  on conflict do nothing;
  get diagnostics started = row_count;
  return jsonb_build_object('ok', true, 'code', 'started', 'runs', started);
end $$;
grant execute on function public.start_reconciliation(text[], boolean, text, timestamptz) to service_role;

-- Gives a run up that cannot be ended: what earlier runs have found stays open, and the founders are told.
create function private.give_up_run(run public.reconciliation_runs, error text, at timestamptz) returns void
language plpgsql set search_path = '' as $$
begin
  update public.reconciliation_runs r
  set error = left(give_up_run.error, 1000), claimed_by = null, claimed_until = null, outcome = 'failed', finished_at = give_up_run.at
  where r.id = (run).id;
  delete from public.reconciliation_seen s where s.run_id = (run).id;
  perform private.raise_alert('tick_failed', 'check ' || (run).check_key, null, (run).livemode,
    jsonb_build_object('job', 'The check "' || (run).check_key || '"', 'error', left(give_up_run.error, 300)), give_up_run.at);
end $$;
grant execute on function private.give_up_run(public.reconciliation_runs, text, timestamptz) to service_role;

-- Claims the run that goes on now, one worker at a time: the oldest that is under way, or else the first check of the
-- list that has not begun for so many seconds. A local clock that walks through weeks in a moment begins no run a day: a
-- minute has to pass by itself. A worker that died has failed once; after ten in a row the run is given up. Answers
-- { run }, null when nothing is due.
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
        and ((former.started_at > claimed_at - make_interval(secs => every_seconds) and former.started_at <= claimed_at + interval '1 minute')
          or former.really_started_at > clock_timestamp() - interval '1 minute')
    )
    order by c.position limit 1;
    if due is null then
      return jsonb_build_object('ok', true, 'code', 'nothing_due', 'run', null);
    end if;
    insert into public.reconciliation_runs (check_key, livemode, asked_by, started_at, really_started_at)
    values (due, claim_reconciliation.livemode, 'clock', claimed_at, clock_timestamp()) returning * into run;
    delete from public.reconciliation_runs old
    where old.check_key = due and old.livemode = claim_reconciliation.livemode and old.finished_at < claimed_at - interval '90 days';
    delete from public.reconciliation_findings old
    where old.check_key = due and old.livemode = claim_reconciliation.livemode and old.closed_at < claimed_at - interval '90 days';
  elsif run.claimed_until > claimed_at and run.claimed_until < claimed_at + interval '1 day' then
    return jsonb_build_object('ok', true, 'code', 'busy', 'run', null);
  elsif run.claimed_by is not null then
    if run.attempts >= 9 then
      perform private.give_up_run(run, 'Whoever compared this page never ended.', claimed_at);
      return jsonb_build_object('ok', true, 'code', 'given_up', 'run', null);
    end if;
    update public.reconciliation_runs r set attempts = r.attempts + 1 where r.id = run.id;
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
  perform private.settle_alert('tick_failed', 'check ' || run.check_key, run.livemode, saved_at);
  if open_now = 0 then
    perform private.settle_alert(save_reconciliation_page.alert, run.check_key, run.livemode, saved_at);
  else
    perform private.raise_alert(save_reconciliation_page.alert, run.check_key, null, run.livemode,
      jsonb_build_object('check', run.check_key, 'count', open_now), saved_at);
  end if;
  return jsonb_build_object('ok', true, 'code', 'finished');
end $$;
grant execute on function public.save_reconciliation_page(uuid, uuid, integer, jsonb, integer, jsonb, text[], boolean, text, timestamptz) to service_role;

-- Lets a run go between two steps, so that any worker may go on with it.
create function public.release_reconciliation(run_id uuid, lease uuid) returns jsonb
language plpgsql set search_path = '' as $$
begin
  update public.reconciliation_runs r set claimed_by = null, claimed_until = null
  where r.id = release_reconciliation.run_id and r.claimed_by = release_reconciliation.lease and r.finished_at is null;
  return jsonb_build_object('ok', found, 'code', case when found then 'released' else 'lease_lost' end);
end $$;
grant execute on function public.release_reconciliation(uuid, uuid) to service_role;

-- A page could not be compared. It is tried again ever later; after ten times in a row the run is given up.
create function public.fail_reconciliation_page(run_id uuid, lease uuid, error text, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  failed_at timestamptz := private.checked_time(fail_reconciliation_page.at);
  run public.reconciliation_runs;
begin
  update public.reconciliation_runs r
  set attempts = r.attempts + 1, error = left(fail_reconciliation_page.error, 1000), claimed_by = null,
    claimed_until = failed_at + make_interval(mins => r.attempts + 1)
  where r.id = fail_reconciliation_page.run_id and r.claimed_by = fail_reconciliation_page.lease and r.finished_at is null
  returning r.* into run;
  if not found then
    return jsonb_build_object('ok', false, 'code', 'lease_lost');
  end if;
  if run.attempts >= 10 then
    perform private.give_up_run(run, run.error, failed_at);
    return jsonb_build_object('ok', true, 'code', 'given_up');
  end if;
  return jsonb_build_object('ok', true, 'code', 'noted');
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

-- Puts alerts of which there was no mail since they opened into one. Two workers at once: one of them writes it.
create function public.mail_alerts(ids uuid[], data jsonb, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  mailed timestamptz := private.checked_time(mail_alerts.at);
  marked integer;
begin
  update public.alerts a set mailed_at = mailed
  where a.id in (
    select open.id from public.alerts open where open.id = any (mail_alerts.ids) and (open.mailed_at is null or open.mailed_at < open.opened_at) order by open.id for update
  );
  get diagnostics marked = row_count;
  if marked <> cardinality(mail_alerts.ids) then
    raise exception 'another worker mails some of these alerts' using errcode = 'PT409';
  end if;
  perform private.queue_founder_mail('alerts', mail_alerts.ids[1]::text, mail_alerts.data, mailed);
  return jsonb_build_object('ok', true, 'code', 'queued');
end $$;
grant execute on function public.mail_alerts(uuid[], jsonb, timestamptz) to service_role;

-- For how many seconds the cron has not called, counted from the first time anybody asks. `is_late` once that was
-- noticed for a minute of real time: a local clock that was just moved on is no cron that has stopped.
create function public.watch_cron(late_after_seconds integer, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  asked_at timestamptz := private.checked_time(watch_cron.at);
  run public.job_runs;
  age bigint;
begin
  insert into public.job_runs (name, started_at) values ('cron', asked_at) on conflict do nothing;
  select r.* into run from public.job_runs r where r.name = 'cron';
  age := greatest(0, floor(extract(epoch from asked_at - coalesce(run.finished_at, run.started_at))));
  if age > late_after_seconds and coalesce(run.progress, '') = '' then
    update public.job_runs r set progress = clock_timestamp()::text where r.name = 'cron' and coalesce(r.progress, '') = '';
    return jsonb_build_object('ok', true, 'code', 'read', 'age_seconds', age, 'is_late', false);
  end if;
  return jsonb_build_object('ok', true, 'code', 'read', 'age_seconds', age,
    'is_late', age > late_after_seconds and clock_timestamp() - run.progress::timestamptz >= interval '1 minute');
end $$;
grant execute on function public.watch_cron(integer, timestamptz) to service_role;

-- What we hold of some of Stripe's objects, by their ids: what a page of Stripe's own is compared with.
create function public.read_mirror(
  livemode boolean, accounts uuid[] default '{}', customers text[] default '{}', subscriptions text[] default '{}', invoices text[] default '{}',
  sessions text[] default '{}', payments text[] default '{}'
) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'accounts', (select coalesce(jsonb_agg(a.id), '[]') from public.accounts a where a.id = any (read_mirror.accounts)),
    'customers', (
      select coalesce(jsonb_object_agg(c.customer_id, jsonb_build_object('account', c.account_id, 'is_former', c.deleted_at is not null)), '{}')
      from public.stripe_customers c where c.customer_id = any (read_mirror.customers) and c.livemode = read_mirror.livemode
    ),
    'subscriptions', (
      select coalesce(jsonb_object_agg(s.id, jsonb_build_object('status', s.stripe_status, 'period_end_at', s.period_end_at,
        'cancel_at', s.cancel_at, 'ended_at', s.ended_at, 'is_paused', s.collection_paused)), '{}')
      from public.subscriptions s where s.id = any (read_mirror.subscriptions) and s.livemode = read_mirror.livemode
    ),
    'invoices', (
      select coalesce(jsonb_object_agg(i.id, jsonb_build_object('status', i.status, 'total_cents', i.total_cents, 'due_cents', i.due_cents)), '{}')
      from public.invoices i where i.id = any (read_mirror.invoices) and i.livemode = read_mirror.livemode
    ),
    'purchases', (
      select coalesce(jsonb_object_agg(p.session_id, jsonb_build_object('status', p.status, 'total_cents', p.total_cents,
        'credits', p.credits, 'granted', (
          select g.amount from public.credit_grants g where g.account_id = p.account_id and g.source = 'pack' and g.source_id = p.session_id
        ))), '{}')
      from public.purchases p where p.session_id = any (read_mirror.sessions) and p.livemode = read_mirror.livemode
    ),
    'payments', (
      select coalesce(jsonb_object_agg(p.payment_intent_id, jsonb_build_object('returned_cents', p.returned_cents,
        'charged_cents', p.charged_cents, 'is_disputed', p.is_disputed)), '{}')
      from public.payments p where p.payment_intent_id = any (read_mirror.payments) and p.livemode = read_mirror.livemode
    )
  )
$$;
grant execute on function public.read_mirror(boolean, uuid[], text[], text[], text[], text[], text[]) to service_role;

-- A page of objects that are here, made in a stretch of time: customers, subscriptions that run, invoices that are
-- drafts or open. With a run only those that it has not met at Stripe.
create function public.read_held(
  livemode boolean, kind text, run_id uuid, from_at timestamptz, until_at timestamptz, after text, most integer
) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', here.id, 'account', here.account_id, 'customer', here.customer_id) order by here.id collate "C"), '[]')
  from (
    select held.id, held.account_id, held.customer_id from (
      select c.customer_id as id, c.account_id, c.customer_id, c.livemode, c.created_at from public.stripe_customers c
      where read_held.kind = 'customer' and c.deleted_at is null
      union all
      select s.id, s.account_id, s.customer_id, s.livemode, s.created_at from public.subscriptions s
      where read_held.kind = 'subscription' and s.status not in ('canceled', 'incomplete_expired')
      union all
      select i.id, i.account_id, i.customer_id, i.livemode, i.created_at from public.invoices i
      where read_held.kind = 'invoice' and i.status in ('draft', 'open')
    ) held
    where held.livemode = read_held.livemode and held.created_at < read_held.until_at and held.id collate "C" > read_held.after
      and (read_held.from_at is null or held.created_at >= read_held.from_at)
      and not exists (select from public.reconciliation_seen seen where seen.run_id = read_held.run_id and seen.id = held.id)
    order by held.id collate "C" limit read_held.most
  ) here
$$;
grant execute on function public.read_held(boolean, text, uuid, timestamptz, timestamptz, text, integer) to service_role;

-- Paid packs without their credits, and credits of packs that nobody paid for, by the id of the session.
create function public.read_unbacked_packs(livemode boolean, after text, most integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(page) order by page.id collate "C"), '[]') from (
    select * from (
      select p.session_id as id, p.account_id as account, p.customer_id as customer, 'paid' as what, p.credits as credits
      from public.purchases p
      where p.livemode = read_unbacked_packs.livemode and p.status = 'paid' and not exists (
        select from public.credit_grants g where g.account_id = p.account_id and g.source = 'pack' and g.source_id = p.session_id
      )
      union all
      select g.source_id, g.account_id, null, 'granted', g.amount
      from public.credit_grants g
      where g.source = 'pack' and g.source_id like case when read_unbacked_packs.livemode then 'cs_live_%' else 'cs_test_%' end
        and not exists (select from public.purchases p where p.session_id = g.source_id and p.account_id = g.account_id and p.status = 'paid')
    ) found
    where found.id collate "C" > read_unbacked_packs.after order by found.id collate "C" limit read_unbacked_packs.most
  ) page
$$;
grant execute on function public.read_unbacked_packs(boolean, text, integer) to service_role;

-- Running periods whose invoice is paid although the rest of the allowance never came: plans with an allowance, not in
-- trial. Answers the invoice, so that its lines can be looked at.
create function public.read_paid_without_allowance(livemode boolean, plans text[], after text, most integer, at timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(page) order by page.id collate "C"), '[]') from (
    select s.id, s.account_id as account, s.customer_id as customer, i.id as invoice
    from public.subscriptions s
    join public.invoices i on i.subscription_id = s.id and i.status = 'paid' and i.total_cents > 0
    join public.invoice_lines l on l.invoice_id = i.id and l.kind = 'base' and l.plan_key = any (read_paid_without_allowance.plans)
      and l.period_start_at <= read_paid_without_allowance.at and l.period_end_at > read_paid_without_allowance.at
    where s.livemode = read_paid_without_allowance.livemode and s.is_mirrored and s.status in ('active', 'past_due')
      and l.period_end_at = s.period_end_at
      and not exists (
        select from public.credit_grants g
        where g.account_id = s.account_id and g.source = 'alw_rest'
          and g.source_id = s.id || ':' || extract(epoch from l.period_start_at)::bigint
      )
      and s.id collate "C" > read_paid_without_allowance.after
    order by s.id collate "C" limit read_paid_without_allowance.most
  ) page
$$;
grant execute on function public.read_paid_without_allowance(boolean, text[], text, integer, timestamptz) to service_role;

-- Events that wait too long or were given up.
create function public.read_stuck_events(livemode boolean, after text, most integer, at timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(page) order by page.id collate "C"), '[]') from (
    select e.id, e.type, e.status, e.last_error, e.received_at, c.account_id as account
    from public.stripe_events e left join public.stripe_customers c on c.customer_id = e.customer_id
    where e.livemode = read_stuck_events.livemode and e.id collate "C" > read_stuck_events.after
      and (e.status = 'dead' or (e.status = 'pending' and e.received_at < read_stuck_events.at - interval '1 hour'))
    order by e.id collate "C" limit read_stuck_events.most
  ) page
$$;
grant execute on function public.read_stuck_events(boolean, text, integer, timestamptz) to service_role;
