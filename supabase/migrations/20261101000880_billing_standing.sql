-- A row for each of Stripe's modes: what was bought with play money is no plan once money is real. Whoever reads it names
-- the mode of the key. security_invoker: whoever reads it sees only what they may read of the tables below.
create view public.account_standing with (security_invoker = true) as
select
  a.id as account_id,
  mode.livemode,
  a.kind as account_kind,
  hold.reason as hold,
  exists (select from public.payments p where p.account_id = a.id and p.livemode = mode.livemode and p.is_disputed) as open_dispute,
  s.id as subscription_id, s.status, s.last_known_status, s.unknown_since, s.plan_key, s.plan_version, s.last_known_plan_key,
  s.billing_interval, s.period_start_at, s.period_end_at, s.trial_end_at, s.cancel_at, s.collection_paused,
  s.has_metered_item, s.overage_plan_key, s.overage_plan_version, s.ever_paid, s.paid_through_at, s.pay_url,
  s.scheduled_plan_key, s.scheduled_plan_version, s.scheduled_interval, s.scheduled_at, s.pending_plan_key, s.pending_until,
  s.trial_has_card, ending.requested_at as ending_requested_at,
  (
    select count(*)::integer from public.subscriptions other
    where other.account_id = a.id and not other.is_mirrored and other.livemode = mode.livemode
      and other.status in ('trialing', 'active', 'past_due', 'unpaid', 'paused', 'unknown')
  ) as other_live_subscriptions,
  dunning.stage as dunning_stage, dunning.opened_at as dunning_opened_at,
  exists (
    select from public.dunning_cases lost
    where lost.account_id = a.id and lost.livemode = mode.livemode and lost.outcome = 'lost' and lost.overage_released_at is null
  ) as overage_held,
  exists (
    select from public.dunning_cases past
    where past.account_id = a.id and past.livemode = mode.livemode and past.opened_at <= s.ended_at and coalesce(past.closed_at, 'infinity') >= s.ended_at
  ) as ended_unpaid,
  case when terms.account_id is not null then jsonb_build_object(
    'monthly_allowance', terms.monthly_allowance, 'overage_tiers', terms.overage_tiers,
    'credit_limit_cents', terms.credit_limit_cents, 'net_days', terms.net_days,
    'warn_after_days', terms.warn_after_days, 'downgrade_after_days', terms.downgrade_after_days,
    'suspend_after_days', terms.suspend_after_days, 'auto_top_up', terms.auto_top_up,
    'open_invoices_cents', (
      select coalesce(sum(i.due_cents), 0) from public.invoices i
      where i.account_id = a.id and i.status in ('draft', 'open', 'uncollectible') and i.livemode = mode.livemode
    )
  ) end as terms,
  coalesce(balance.debt, 0)::bigint as debt,
  balance.overage_cap,
  coalesce((
    select sum(line.quantity) from public.invoice_lines line
    where line.kind = 'overage' and line.invoice_id = (
      select i.id from public.invoices i
      where i.account_id = a.id and i.livemode = mode.livemode and i.status = 'paid'
        and exists (select from public.invoice_lines o where o.invoice_id = i.id and o.kind = 'overage')
      order by i.paid_at desc nulls last, i.created_at desc limit 1
    )
  ), 0)::bigint as last_paid_overage,
  case when s.ever_paid then 0 else greatest(0, coalesce(balance.overage_before, 0) - coalesce((
    select sum(line.quantity) from public.invoice_lines line
    join public.invoices i on i.id = line.invoice_id
    where i.account_id = a.id and i.livemode = mode.livemode and i.status = 'paid' and line.kind = 'overage'
  ), 0)) end::bigint as unpaid_overage,
  (
    select max(t.decided_at) from public.trials t
    where t.account_id = a.id and t.livemode = mode.livemode and t.outcome = 'refused'
  ) as trial_refused_at
from public.accounts a
cross join (values (false), (true)) mode (livemode)
left join public.account_holds hold on hold.account_id = a.id
left join public.subscriptions s on s.account_id = a.id and s.livemode = mode.livemode and s.is_mirrored
left join public.subscription_endings ending on ending.subscription_id = s.id and ending.closed_at is null
left join public.dunning_cases dunning on dunning.account_id = a.id and dunning.closed_at is null and dunning.livemode = mode.livemode
left join public.account_terms terms on terms.account_id = a.id
left join public.credit_balances balance on balance.account_id = a.id;
comment on view public.account_standing is 'What several features must know about an account in one of Stripe''s modes: subscription, dunning case, terms, debt. What it may do follows from it by the entitlement table.';
grant select on public.account_standing to authenticated, service_role;

create function public.read_standing(account_id uuid, livemode boolean) returns jsonb
language sql stable set search_path = '' as $$
  select to_jsonb(standing) from public.account_standing standing
  where standing.account_id = read_standing.account_id and standing.livemode = read_standing.livemode
$$;
grant execute on function public.read_standing(uuid, boolean) to service_role;
