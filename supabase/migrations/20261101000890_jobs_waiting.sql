-- How much of what a tick works on is due at this moment: Stripe's events in the inbox, mail in the outbox, usage that could
-- be reported. A tick that leaves nothing has caught up with the clock.
create function public.read_waiting(at timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'events', (
      select count(*) from public.stripe_events e where e.status = 'pending' and e.next_attempt_at <= read_waiting.at
    ),
    'mail', (select count(*) from public.mail_outbox m where m.next_attempt_at <= read_waiting.at),
    'addresses', (select count(*) from public.address_changes c where c.next_attempt_at <= read_waiting.at),
    'usage', case when public.has_due_usage(read_waiting.at) then 1 else 0 end
  )
$$;
grant execute on function public.read_waiting(timestamptz) to service_role;

-- Credits that are still to be spent, or still to come, and were bought with the play money of Stripe's test mode.
create function private.test_mode_grants() returns setof public.credit_grants
language sql stable set search_path = '' as $$
  select g.* from public.credit_grants g
  where g.state <> 'closed' and case
    when g.source = 'pack' then exists (select from public.purchases p where p.session_id = g.source_id and not p.livemode)
    when g.source in ('alw_bridge', 'alw_rest') then exists (
      select from public.subscriptions s where s.id = split_part(g.source_id, ':', 1) and not s.livemode)
    when g.source = 'upg' then exists (select from public.invoices i where i.id = split_part(g.source_id, ':', 1) and not i.livemode)
    when g.source = 'trial' then exists (select from public.trials t where t.account_id = g.account_id and t.outcome = 'granted' and not t.livemode)
    else false
  end
$$;
grant execute on function private.test_mode_grants() to service_role;

-- Voids what was bought with play money, before the key becomes live. Safe to run again. Answers how many grants.
create function public.void_test_mode_credits(at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  play record;
  voided integer := 0;
begin
  for play in select g.account_id, g.source, g.source_id from private.test_mode_grants() g order by g.account_id, g.seq loop
    perform public.void_grant(account_id => play.account_id, source => play.source, source_id => play.source_id,
      key => left('test mode:' || play.source || ':' || play.source_id, 255), at => void_test_mode_credits.at);
    voided := voided + 1;
  end loop;
  return jsonb_build_object('ok', true, 'code', 'voided', 'grants', voided);
end $$;
grant execute on function public.void_test_mode_credits(timestamptz) to service_role;

-- What the doctor asks of the database itself: its clock, which migrations it has, and how many accounts have credits
-- that were bought in Stripe's test mode. The history is Supabase's own table, which is not there when somebody pasted the
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
    'test_accounts', (select count(distinct g.account_id) from private.test_mode_grants() g)
  );
end $$;
grant execute on function public.read_installation() to service_role;

-- When Stripe last delivered an event, by our clock; those that had to be fetched from its list do not count.
create function public.read_last_event() returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('ok', true, 'received_at', (select max(e.delivered_at) from public.stripe_events e))
$$;
grant execute on function public.read_last_event() to service_role;
