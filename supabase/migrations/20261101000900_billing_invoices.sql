-- What an account's running period has come to by our own books, for when Stripe cannot be asked.
create function public.read_running_overage(account_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('ok', true, 'code', 'read', 'credits', coalesce(max(b.overage_used), 0), 'currency', (
    select i.currency from public.invoices i where i.account_id = read_running_overage.account_id
    order by i.created_at desc, i.id limit 1
  ))
  from public.credit_balances b where b.account_id = read_running_overage.account_id
$$;
grant execute on function public.read_running_overage(uuid) to service_role;

-- Whose overage a line bills: what the ledger billed in the line's own period, by model and feature, and what the line
-- holds of earlier periods or leaves to later ones. carried_in missed its own period's invoice, carried_out will miss
-- this one's, unbilled never reached Stripe.
create function private.explain_overage(account_id uuid, period_start_at timestamptz, period_end_at timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'used', coalesce((
      select jsonb_agg(to_jsonb(part) order by part.credits desc, part.feature, part.model)
      from (
        select e.feature, e.model, sum(e.overage_credits) as credits, count(*) as entries
        from public.credit_entries e
        where e.account_id = explain_overage.account_id and e.overage_credits > 0
          and e.happened_at >= explain_overage.period_start_at and e.happened_at < explain_overage.period_end_at
        group by e.feature, e.model
      ) part
    ), '[]'),
    'carried_in', coalesce(sum(m.value) filter (where m.window_start_at < explain_overage.period_start_at and m.invoice_item_id is null), 0),
    'carried_from', min(m.window_start_at) filter (where m.window_start_at < explain_overage.period_start_at and m.invoice_item_id is null),
    'carried_out', coalesce(sum(m.value) filter (where m.window_start_at >= explain_overage.period_start_at
      and (m.state = 'stale' or m.invoice_item_id is not null or m.event_at >= explain_overage.period_end_at)), 0),
    'unbilled', coalesce(sum(m.value) filter (where m.window_start_at >= explain_overage.period_start_at
      and m.state in ('rejected', 'review', 'written_off')), 0)
  )
  from public.meter_outbox m
  where m.account_id = explain_overage.account_id and m.state <> 'canceled' and (
    (m.window_start_at >= explain_overage.period_start_at and m.window_start_at < explain_overage.period_end_at)
    or (m.window_start_at < explain_overage.period_start_at
      and m.event_at >= explain_overage.period_start_at and m.event_at < explain_overage.period_end_at)
  )
$$;
grant execute on function private.explain_overage(uuid, timestamptz, timestamptz) to service_role;

-- What the lines of one invoice stand for: the use behind overage, the credits behind a plan, an upgrade or a pack.
-- Nothing for an invoice of another account.
create function public.explain_invoice(account_id uuid, invoice_id text) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('ok', true, 'code', 'explained', 'lines', coalesce(jsonb_agg(jsonb_build_object(
    'id', l.id,
    'overage', case when l.kind = 'overage' and l.unit_price is not null
      then private.explain_overage(i.account_id, l.period_start_at, l.period_end_at) end,
    'grants', (
      select coalesce(jsonb_agg(jsonb_build_object('source', g.source, 'credits', g.amount, 'effective_at', g.effective_at,
        'expires_at', g.expires_at, 'granted_at', g.granted_at) order by g.effective_at, g.seq), '[]')
      from public.credit_grants g
      where g.account_id = i.account_id and (
        (l.kind = 'base' and g.source in ('alw_bridge', 'alw_rest') and
          split_part(g.source_id, ':', 1) = i.subscription_id and
          split_part(g.source_id, ':', 2) = extract(epoch from l.period_start_at)::bigint::text)
        or (l.kind = 'proration' and l.amount_cents > 0 and g.source = 'upg' and g.source_id = i.id)
        or (l.kind = 'pack' and g.source = 'pack' and g.source_id in (
          select p.session_id from public.purchases p where p.invoice_id = i.id and p.account_id = i.account_id))
      )
    )
  ) order by l.position), '[]'))
  from public.invoices i
  join public.invoice_lines l on l.invoice_id = i.id
  where i.id = explain_invoice.invoice_id and i.account_id = explain_invoice.account_id
$$;
grant execute on function public.explain_invoice(uuid, text) to service_role;
