create table public.job_runs (
  name text primary key,
  started_at timestamptz not null,
  finished_at timestamptz,
  error text,
  progress text
);
comment on table public.job_runs is 'When each job ran last, and how far one that works in pages has come.';
alter table public.job_runs enable row level security;
grant select, insert, update, delete on public.job_runs to service_role;

-- Answers whether the job may run now: at most once in so many seconds, however many servers ask. A start that lies in
-- the future, left by a local clock that was moved back, does not stop it.
create function public.claim_job(name text, every_seconds integer, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  started timestamptz := private.checked_time(claim_job.at);
begin
  insert into public.job_runs as run (name, started_at) values (claim_job.name, started)
  on conflict on constraint job_runs_pkey do update set started_at = started
  where run.started_at <= started - make_interval(secs => every_seconds) or run.started_at > started + interval '1 minute';
  return jsonb_build_object('ok', found, 'code', case when found then 'claimed' else 'too_early' end);
end $$;
grant execute on function public.claim_job(text, integer, timestamptz) to service_role;

create function public.finish_job(name text, error text, progress text, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  finished timestamptz := private.checked_time(finish_job.at);
begin
  insert into public.job_runs as run (name, started_at, finished_at, error, progress)
  values (finish_job.name, finished, finished, finish_job.error, finish_job.progress)
  on conflict on constraint job_runs_pkey do update set
    finished_at = finished, error = finish_job.error, progress = coalesce(finish_job.progress, run.progress);
  return jsonb_build_object('ok', true, 'code', 'finished');
end $$;
grant execute on function public.finish_job(text, text, text, timestamptz) to service_role;

create function public.read_job(name text) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('ok', true, 'progress', (select run.progress from public.job_runs run where run.name = read_job.name))
$$;
grant execute on function public.read_job(text) to service_role;

-- What an operator asks first: when the tick last ended, when the cron itself last called, what waits in the inbox and the outbox, and what died.
create function public.read_health() returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'tick_finished_at', (select run.finished_at from public.job_runs run where run.name = 'tick'),
    'tick_error', (select run.error from public.job_runs run where run.name = 'tick'),
    'cron_called_at', (select coalesce(run.finished_at, run.started_at) from public.job_runs run where run.name = 'cron'),
    'inbox_pending', (select count(*) from public.stripe_events e where e.status = 'pending'),
    'inbox_oldest_at', (select min(e.received_at) from public.stripe_events e where e.status = 'pending'),
    'inbox_dead', (select count(*) from public.stripe_events e where e.status = 'dead'),
    'mail_pending', (select count(*) from public.mail_outbox m where m.next_attempt_at is not null)
  )
$$;
grant execute on function public.read_health() to service_role;

-- Customers whose running period is over by our clock although nothing has been heard of the next one, or whose first
-- payment should have been given up. Each is asked about every ten minutes, in turn, whether that goes well or not.
create function public.claim_overdue_customers(livemode boolean, most integer, at timestamptz) returns jsonb
language sql set search_path = '' as $$
  with overdue as (
    select s.id from public.subscriptions s
    where s.is_mirrored and s.livemode = claim_overdue_customers.livemode
      and (
        (s.period_end_at <= claim_overdue_customers.at and s.status in ('trialing', 'active', 'past_due', 'unknown'))
        or (s.status = 'incomplete' and s.created_at <= claim_overdue_customers.at - interval '24 hours')
      )
      and greatest(s.synced_at, s.asked_at) <= claim_overdue_customers.at - interval '10 minutes'
    order by greatest(s.synced_at, s.asked_at) limit claim_overdue_customers.most for update skip locked
  ), claimed as (
    update public.subscriptions s set asked_at = private.checked_time(claim_overdue_customers.at)
    from overdue where s.id = overdue.id
    returning s.customer_id
  )
  select coalesce(jsonb_agg(distinct claimed.customer_id), '[]') from claimed
$$;
grant execute on function public.claim_overdue_customers(boolean, integer, timestamptz) to service_role;
