-- What a bank asks for when a cardholder disputes a payment: who bought, when, and that what was bought was used.

-- A payment, or what is known of a pack's whose money has never moved since it was paid.
create function private.find_payment(payment_intent_id text, livemode boolean) returns public.payments
language plpgsql stable set search_path = '' as $$
declare
  payment public.payments;
  pack public.purchases;
begin
  select p.* into payment from public.payments p
  where p.payment_intent_id = find_payment.payment_intent_id and p.livemode = find_payment.livemode;
  if found then return payment; end if;
  select b.* into pack from public.purchases b
  where b.payment_intent_id = find_payment.payment_intent_id and b.livemode = find_payment.livemode and b.status = 'paid';
  if not found then return null; end if;
  payment.payment_intent_id := pack.payment_intent_id;
  payment.account_id := pack.account_id;
  payment.customer_id := pack.customer_id;
  payment.livemode := pack.livemode;
  payment.kind := 'pack';
  payment.invoice_id := pack.invoice_id;
  payment.grants := jsonb_build_array(jsonb_build_object('source', 'pack', 'source_id', pack.session_id));
  payment.currency := pack.currency;
  payment.charged_cents := pack.total_cents;
  payment.returned_cents := 0;
  payment.refunds := '[]';
  payment.disputes := '[]';
  payment.paid_at := pack.paid_at;
  return payment;
end $$;
grant execute on function private.find_payment(text, boolean) to service_role;

-- The grants a payment paid for, with what came back of them: after an allowance had been withdrawn, a dispute was won, or
-- a refund had failed.
create function private.payment_grants(payment public.payments) returns setof public.credit_grants
language sql stable set search_path = '' as $$
  with bought as (
    select g.* from jsonb_to_recordset((payment).grants) item (source text, source_id text)
    cross join unnest(array[0, 1, 2, 3, 4, 5]) times
    join public.credit_grants g on g.account_id = (payment).account_id
      and g.source = case when times = 0 then item.source else 'alw_back' end
      and g.source_id = case when times = 0 then item.source_id else concat_ws(':', item.source, item.source_id, times) end
  )
  select bought.* from bought
  union all
  select back.* from public.credit_grants back
  where back.account_id = (payment).account_id and back.source = 'restore' and exists (
    select from (select concat(':', bought.source, ':', bought.source_id) as tail from bought) ends
    where right(back.source_id, length(ends.tail)) = ends.tail
  )
$$;
grant execute on function private.payment_grants(public.payments) to service_role;

-- A payment with its account, its people, its invoice, the checkout it was made at, and what its credits were used for, by day.
-- Its days are those on which credits of this payment were spent.
create function public.read_payment_evidence(payment_intent_id text, livemode boolean) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  payment constant public.payments := private.find_payment(read_payment_evidence.payment_intent_id, read_payment_evidence.livemode);
  grants uuid[];
begin
  if payment.payment_intent_id is null then return jsonb_build_object('ok', false, 'code', 'unknown_payment'); end if;
  grants := array(select g.id from private.payment_grants(payment) g);
  return jsonb_build_object('ok', true, 'code', 'read',
    'payment', to_jsonb(payment) - 'grants',
    'account', (select jsonb_build_object('name', a.name, 'kind', a.kind, 'created_at', a.created_at) from public.accounts a where a.id = payment.account_id),
    'people', (
      select coalesce(jsonb_agg(jsonb_build_object('email', u.email, 'role', m.role, 'signed_up_at', u.created_at,
        'confirmed_at', u.email_confirmed_at, 'last_sign_in_at', u.last_sign_in_at) order by m.role = 'owner' desc, u.created_at, u.id), '[]')
      from public.memberships m join auth.users u on u.id = m.user_id where m.account_id = payment.account_id),
    'invoice', (
      select jsonb_build_object('number', i.number, 'description', i.description, 'hosted_url', i.hosted_url, 'pdf_url', i.pdf_url, 'lines', (
        select coalesce(jsonb_agg(jsonb_build_object('description', l.description, 'cents', l.amount_cents - l.discount_cents,
          'period_start_at', l.period_start_at, 'period_end_at', l.period_end_at) order by l.position), '[]')
        from public.invoice_lines l where l.invoice_id = i.id))
      from public.invoices i where i.id = coalesce(payment.invoice_id, (select b.invoice_id from public.purchases b where b.payment_intent_id = payment.payment_intent_id)) and i.account_id = payment.account_id),
    'checkout', (
      select jsonb_build_object('session_id', c.session_id, 'offer', c.offer, 'started_at', c.created_at, 'closed_at', c.closed_at,
        'started_by', (select u.email from auth.users u where u.id = c.started_by))
      from public.checkouts c
      where c.account_id = payment.account_id and c.livemode = payment.livemode and c.status = 'complete' and (
        c.session_id = (select b.session_id from public.purchases b where b.payment_intent_id = payment.payment_intent_id)
        or (payment.kind = 'plan' and c.product = 'plan' and c.created_at <= payment.paid_at))
      order by c.created_at desc limit 1),
    'grants', (
      select coalesce(jsonb_agg(jsonb_build_object('source', g.source, 'credits', g.amount, 'begins_at', g.effective_at, 'expires_at', g.expires_at,
        'granted_at', g.granted_at, 'used', coalesce(spent.credits, 0)) order by g.effective_at, g.seq), '[]')
      from public.credit_grants g
      left join (
        select d.id, sum(d.credits) as credits
        from public.credit_entries e cross join lateral unnest(e.grant_ids, e.grant_amounts) d (id, credits)
        where e.account_id = payment.account_id and e.operation in ('spend', 'repay') and e.grant_ids && grants group by 1
      ) spent on spent.id = g.id
      where g.id = any (grants)),
    'days', (
      select coalesce(jsonb_agg(to_jsonb(daily) order by daily.day, daily.feature), '[]')
      from (
        select (e.happened_at at time zone 'UTC')::date as day, coalesce(e.feature, e.operation::text) as feature,
          count(*) as uses, sum(used.credits)::bigint as credits
        from public.credit_entries e
        cross join lateral (
          select sum(d.credits) as credits from unnest(e.grant_ids, e.grant_amounts) d (id, credits) where d.id = any (grants)
        ) used
        where e.account_id = payment.account_id and e.operation in ('spend', 'repay') and e.grant_ids && grants
        group by 1, 2
      ) daily)
  );
end $$;
grant execute on function public.read_payment_evidence(text, boolean) to service_role;

-- Each use of a payment's credits, in the order it was recorded in, a page at a time: when, what for, by whom and how
-- many. Nothing of what was written or answered.
create function public.read_payment_uses(payment_intent_id text, livemode boolean, after_seq bigint, most integer) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  payment constant public.payments := private.find_payment(read_payment_uses.payment_intent_id, read_payment_uses.livemode);
  grants uuid[];
begin
  grants := array(select g.id from private.payment_grants(payment) g);
  return (
    select coalesce(jsonb_agg(to_jsonb(page) order by page.seq), '[]')
    from (
      select e.seq, e.happened_at, e.recorded_at, e.operation, e.feature, e.model, person.email as person, used.credits, e.key
      from public.credit_entries e
      cross join lateral (
        select sum(d.credits)::bigint as credits from unnest(e.grant_ids, e.grant_amounts) d (id, credits) where d.id = any (grants)
      ) used
      left join public.usage_events event on event.account_id = e.account_id and event.id = e.id
      left join auth.users person on person.id = event.user_id
      where e.account_id = payment.account_id and e.operation in ('spend', 'repay') and e.grant_ids && grants
        and e.seq > coalesce(read_payment_uses.after_seq, 0)
      order by e.seq limit read_payment_uses.most
    ) page
  );
end $$;
grant execute on function public.read_payment_uses(text, boolean, bigint, integer) to service_role;
