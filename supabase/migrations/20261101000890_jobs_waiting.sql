-- How much of what a tick works on is due at this moment: Stripe's events in the inbox, mail in the outbox, usage that could
-- be reported. A tick that leaves nothing has caught up with the clock.
create function public.read_waiting(at timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'events', (
      select count(*) from public.stripe_events e where e.status = 'pending' and e.next_attempt_at <= read_waiting.at
    ),
    'mail', (select count(*) from public.mail_outbox m where m.next_attempt_at <= read_waiting.at),
    'usage', case when public.has_due_usage(read_waiting.at) then 1 else 0 end
  )
$$;
grant execute on function public.read_waiting(timestamptz) to service_role;

-- What the doctor asks of the database itself: its clock, which migrations it has, and how many accounts live on a
-- subscription of Stripe's test mode. The history is Supabase's own table, which is not there when somebody pasted the
-- migrations into an editor: then the list is null.
create function public.read_installation() returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  versions jsonb;
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    execute 'select jsonb_agg(version order by version) from supabase_migrations.schema_migrations' into versions;
  end if;
  return jsonb_build_object(
    'ok', true, 'now', clock_timestamp(), 'migrations', versions,
    'test_subscriptions', (
      select count(*) from public.subscriptions s
      where s.is_mirrored and not s.livemode and s.status in ('trialing', 'active', 'past_due', 'unpaid', 'paused', 'unknown')
    )
  );
end $$;
grant execute on function public.read_installation() to service_role;

-- When the last of Stripe's events came in, by our clock.
create function public.read_last_event() returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('ok', true, 'received_at', (select max(e.received_at) from public.stripe_events e))
$$;
grant execute on function public.read_last_event() to service_role;
