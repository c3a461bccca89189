create index invoices_paid_at on public.invoices (paid_at) where purpose = 'plan' and status = 'paid';

-- Paid plan invoices of the last thirty days, as long as Stripe tells late of them, that no mail has told of: whatever was
-- charged, at a renewal, after days unpaid, or at the end of a plan. The first of a plan and that of a change are told with what they began.
create function public.find_unreceipted(livemode boolean, most integer, at timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(due) order by due.paid_at, due.invoice_id), '[]')
  from (
    select i.id as invoice_id, i.account_id, i.number, i.paid_cents as amount_cents, i.currency, i.paid_at, i.hosted_url as invoice_url,
      coalesce((
        select l.plan_key from public.invoice_lines l
        where l.invoice_id = i.id and l.plan_key is not null order by (l.kind = 'base') desc, l.position limit 1
      ), s.plan_key) as plan_key,
      case when s.status in ('active', 'past_due', 'trialing') and s.cancel_at is null then s.period_end_at end as renews_at
    from public.invoices i
    left join public.subscriptions s on s.id = i.subscription_id
    where i.purpose = 'plan' and i.status = 'paid' and i.livemode = find_unreceipted.livemode and i.paid_cents > 0
      and i.paid_at > find_unreceipted.at - interval '30 days' and i.paid_at <= find_unreceipted.at
      and not exists (
        select from public.mail_outbox m where m.account_id = i.account_id and m.kind = 'payment_receipt' and m.key = i.id)
      and not exists (
        select from public.mail_outbox m
        where m.account_id = i.account_id and m.kind in ('subscription_started', 'plan_changed') and m.data ->> 'invoice' = i.id)
    order by i.paid_at, i.id limit find_unreceipted.most
  ) due
$$;
grant execute on function public.find_unreceipted(boolean, integer, timestamptz) to service_role;

-- Yearly plans that renew within so many days, whose owners were not yet told of this renewal.
create function public.find_due_renewals(livemode boolean, days integer, most integer, at timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(due) order by due.renews_at, due.subscription_id), '[]')
  from (
    select s.id as subscription_id, s.account_id, s.period_end_at as renews_at,
      concat_ws(':', s.id, extract(epoch from s.period_end_at)::bigint) as mail_key,
      coalesce(s.scheduled_plan_key, s.plan_key) as plan_key, coalesce(s.scheduled_interval, s.billing_interval) as billing_interval
    from public.subscriptions s
    where s.is_mirrored and s.livemode = find_due_renewals.livemode and s.status = 'active' and s.billing_interval = 'yearly'
      and s.cancel_at is null and not s.collection_paused and s.ended_at is null
      and s.period_end_at > find_due_renewals.at
      and s.period_end_at <= find_due_renewals.at + make_interval(days => find_due_renewals.days)
      and not exists (
        select from public.mail_outbox m
        where m.account_id = s.account_id and m.kind = 'renewal_reminder'
          and m.key = concat_ws(':', s.id, extract(epoch from s.period_end_at)::bigint))
    order by s.period_end_at, s.id limit find_due_renewals.most
  ) due
$$;
grant execute on function public.find_due_renewals(boolean, integer, integer, timestamptz) to service_role;

-- Accounts of whose use in the month before an owner wants to hear and has not: what was used, most by which model, and
-- what is left. Asked for during the first three days of a month.
create function public.find_due_digests(most integer, at timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  with month as (
    select date_trunc('month', find_due_digests.at at time zone 'UTC')::date as ends
  )
  select coalesce(jsonb_agg(to_jsonb(due) order by due.account_id), '[]')
  from (
    select used.*, month.ends as month_ends, b.total as left_credits
    from month
    cross join lateral (
      select distinct o.account_id from public.mail_choices c
      join public.memberships o on o.user_id = c.user_id and o.role = 'owner'
      where c.kind = 'usage_digest' and c.is_wanted
    ) wanted
    cross join lateral (
      select d.account_id, sum(d.credits)::bigint as credits, sum(d.overage_credits)::bigint as overage_credits, sum(d.events)::bigint as events,
        (select top.model from public.usage_daily top
          where top.account_id = wanted.account_id and top.day >= month.ends - interval '1 month' and top.day < month.ends and top.model <> ''
          group by top.model order by sum(top.credits) desc, top.model limit 1) as top_model
      from public.usage_daily d
      where d.account_id = wanted.account_id and d.day >= month.ends - interval '1 month' and d.day < month.ends
      group by d.account_id
    ) used
    left join public.credit_balances b on b.account_id = used.account_id
    where find_due_digests.at < (month.ends + 3)::timestamp at time zone 'UTC' and not exists (
      select from public.mail_outbox m
      where m.account_id = used.account_id and m.kind = 'usage_digest' and m.key = month.ends::text)
    order by used.account_id limit find_due_digests.most
  ) due
$$;
grant execute on function public.find_due_digests(integer, timestamptz) to service_role;
