-- The account behind a leased customer; null when the lease was lost, and then nothing may be written.
create function private.leased_account(customer_id text, lease uuid) returns uuid
language plpgsql set search_path = '' as $$
begin
  if not private.holds_customer(leased_account.customer_id, leased_account.lease) then
    return null;
  end if;
  return (select c.account_id from public.stripe_customers c where c.customer_id = leased_account.customer_id);
end $$;
grant execute on function private.leased_account(text, uuid) to service_role;

-- Gives each grant of a list, once for its source whatever asks again. A source that gave something else before keeps
-- what it gave, and is named in the answer: a price edit must not change what was sold. Money that went back before the
-- grant was made takes its share at once. The money of a grant is noted apart from it, since it may come later.
create function private.apply_grants(account_id uuid, customer_id text, grants jsonb, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  item jsonb;
  answer jsonb;
  granted jsonb := '[]';
  conflicts jsonb := '[]';
  is_live boolean := (select c.livemode from public.stripe_customers c where c.customer_id = apply_grants.customer_id);
begin
  for item in select g from jsonb_array_elements(coalesce(apply_grants.grants, '[]')) g loop
    answer := public.grant_credits(
      account_id => apply_grants.account_id, source => item ->> 'source', source_id => item ->> 'source_id',
      amount => (item ->> 'amount')::bigint, category => item ->> 'category', priority => (item ->> 'priority')::integer,
      effective_at => (item ->> 'effective_at')::timestamptz, expires_at => (item ->> 'expires_at')::timestamptz,
      low_credit_percent => (item ->> 'low_credit_percent')::integer, at => apply_grants.at
    );
    perform private.price_grant(apply_grants.account_id, item ->> 'source', item ->> 'source_id', (item ->> 'paid_cents')::bigint,
      item ->> 'currency', is_live, apply_grants.at);
    if answer ->> 'code' = 'granted' then
      granted := granted || jsonb_build_array((item ->> 'source') || '/' || (item ->> 'source_id'));
      perform private.follow_return(r, false, apply_grants.at) from public.grant_returns r
      where r.account_id = apply_grants.account_id and r.source = item ->> 'source' and r.source_id = item ->> 'source_id'
        and r.returned > 0;
    elsif answer ->> 'code' = 'idempotency_conflict' then
      conflicts := conflicts || jsonb_build_array((item ->> 'source') || '/' || (item ->> 'source_id'));
    elsif answer ->> 'code' <> 'duplicate' then
      raise exception 'the grant % / % was refused: %', item ->> 'source', item ->> 'source_id', answer using errcode = 'PT500';
    end if;
  end loop;
  return jsonb_build_object('granted', granted, 'conflicts', conflicts);
end $$;
grant execute on function private.apply_grants(uuid, text, jsonb, timestamptz) to service_role;

-- The grant that holds what is left of an allowance: it, or the last that came back of it after it was withdrawn.
create function private.last_grant(account_id uuid, source text, source_id text) returns public.credit_grants
language plpgsql stable set search_path = '' as $$
declare
  found_one public.credit_grants;
  next_one public.credit_grants;
  times integer := 0;
begin
  select g.* into next_one from public.credit_grants g
  where g.source = last_grant.source and g.source_id = last_grant.source_id and g.account_id = last_grant.account_id;
  while next_one.id is not null loop
    found_one := next_one;
    times := times + 1;
    select g.* into next_one from public.credit_grants g
    where g.source = 'alw_back' and g.source_id = concat_ws(':', last_grant.source, last_grant.source_id, times)
      and g.account_id = last_grant.account_id;
  end loop;
  return found_one;
end $$;
grant execute on function private.last_grant(uuid, text, text) to service_role;

-- Cancels what remains of each grant of a list that exists, or of what came back of it.
create function private.apply_voids(account_id uuid, voids jsonb, at timestamptz) returns void
language plpgsql set search_path = '' as $$
declare
  item jsonb;
  gift public.credit_grants;
  answer jsonb;
begin
  for item in select v from jsonb_array_elements(coalesce(apply_voids.voids, '[]')) v loop
    gift := private.last_grant(apply_voids.account_id, item ->> 'source', item ->> 'source_id');
    continue when gift.id is null or gift.voided_at is not null;
    answer := public.void_grant(
      account_id => apply_voids.account_id, source => gift.source, source_id => gift.source_id,
      key => concat_ws(':', split_part(item ->> 'key', ':', 1), gift.source, gift.source_id), at => apply_voids.at
    );
    if not (answer ->> 'ok')::boolean then
      raise exception 'the grant % / % was not voided: %', gift.source, gift.source_id, answer using errcode = 'PT500';
    end if;
  end loop;
end $$;
grant execute on function private.apply_voids(uuid, jsonb, timestamptz) to service_role;

-- Gives back what was withdrawn of each grant of a list for want of money, now that the money is there: as much as was
-- taken, until the same day. Withdrawn and paid once more, it comes back once more, under the next number. Money that went
-- back meanwhile takes its share at once.
create function private.apply_returns(account_id uuid, returns jsonb, at timestamptz) returns void
language plpgsql set search_path = '' as $$
declare
  item jsonb;
  times integer;
  back text;
  gift public.credit_grants;
  answer jsonb;
begin
  for item in select r from jsonb_array_elements(coalesce(apply_returns.returns, '[]')) r loop
    gift := private.last_grant(apply_returns.account_id, item ->> 'source', item ->> 'source_id');
    continue when gift.id is null or gift.voided_at is null or gift.ended = 0 or gift.expires_at <= apply_returns.at or not exists (
      select from public.credit_operations o
      where o.account_id = apply_returns.account_id and o.operation = 'void' and o.key = concat_ws(':', 'unpaid', gift.source, gift.source_id)
    );
    times := case when gift.source = 'alw_back' then regexp_substr(gift.source_id, '[0-9]+$')::integer else 0 end;
    back := concat_ws(':', item ->> 'source', item ->> 'source_id', times + 1);
    answer := public.grant_credits(
      account_id => apply_returns.account_id, source => 'alw_back', source_id => back,
      amount => gift.ended, category => gift.category, priority => gift.priority,
      effective_at => case when gift.effective_at > apply_returns.at then gift.effective_at end,
      expires_at => gift.expires_at, at => apply_returns.at
    );
    if not (answer ->> 'ok')::boolean then
      raise exception 'the grant % / % did not come back: %', item ->> 'source', item ->> 'source_id', answer using errcode = 'PT500';
    end if;
    perform private.save_returns(r.account_id, r.livemode, r.cause, jsonb_build_array(jsonb_build_object(
      'source', 'alw_back', 'source_id', back, 'returned', r.returned, 'charged', r.charged
    )), apply_returns.at)
    from public.grant_returns r
    where r.account_id = apply_returns.account_id and r.source = gift.source and r.source_id = gift.source_id and r.returned > 0;
    perform private.price_grant(apply_returns.account_id, 'alw_back', concat_ws(':', item ->> 'source', item ->> 'source_id', times + 1),
      private.money_of(gift, gift.amount) - private.money_of(gift, gift.amount - gift.ended), gift.currency, gift.livemode, apply_returns.at);
  end loop;
end $$;
grant execute on function private.apply_returns(uuid, jsonb, timestamptz) to service_role;

-- Tells founders what is wrong with a customer of an account now, and that the rest of it is over. Only alerts about that
-- customer are closed.
create function private.follow_alerts(account_id uuid, customer_id text, alerts jsonb, at timestamptz) returns void
language plpgsql set search_path = '' as $$
declare
  mode boolean := (select s.livemode from public.stripe_customers s where s.customer_id = follow_alerts.customer_id);
begin
  perform private.raise_alert(item ->> 'kind', item ->> 'key', follow_alerts.account_id, mode,
    item -> 'data' || jsonb_build_object('customer', follow_alerts.customer_id), follow_alerts.at)
  from jsonb_array_elements(coalesce(follow_alerts.alerts, '[]')) item;
  update public.alerts a set closed_at = follow_alerts.at
  where a.account_id = follow_alerts.account_id and a.livemode = mode and a.closed_at is null
    and a.kind in ('second_subscription', 'unknown_price', 'subscription_changed', 'finalization_failed', 'account_suspended')
    and a.data ->> 'customer' = follow_alerts.customer_id
    and not exists (
      select from jsonb_array_elements(coalesce(follow_alerts.alerts, '[]')) item
      where item ->> 'kind' = a.kind and item ->> 'key' = a.key
    );
end $$;
grant execute on function private.follow_alerts(uuid, text, jsonb, timestamptz) to service_role;

create function private.apply_mails(account_id uuid, mails jsonb, at timestamptz) returns void
language sql set search_path = '' as $$
  select private.queue_mail(apply_mails.account_id, mail ->> 'kind', mail ->> 'key', mail -> 'data', apply_mails.at)
  from jsonb_array_elements(coalesce(apply_mails.mails, '[]')) mail
$$;
grant execute on function private.apply_mails(uuid, jsonb, timestamptz) to service_role;

create function private.save_subscriptions(account_id uuid, customer_id text, subscriptions jsonb, at timestamptz) returns void
language plpgsql set search_path = '' as $$
begin
  update public.subscriptions s set is_mirrored = false
  where s.account_id = save_subscriptions.account_id and s.is_mirrored and exists (
    select from jsonb_array_elements(save_subscriptions.subscriptions) given
    where (given ->> 'livemode')::boolean = s.livemode and (given ->> 'is_mirrored')::boolean and given ->> 'id' <> s.id
  );
  insert into public.subscriptions as known (
    id, account_id, customer_id, livemode, status, stripe_status, last_known_status, unknown_since, is_mirrored,
    plan_key, plan_version, last_known_plan_key, billing_interval, items, period_start_at, period_end_at,
    trial_start_at, trial_end_at, cancel_at, ended_at, paid_through_at, collection_paused, has_metered_item,
    overage_plan_key, overage_plan_version, ever_paid, pay_url, scheduled_plan_key, scheduled_plan_version, scheduled_interval, scheduled_at,
    pending_plan_key, pending_until, trial_has_card, created_at, synced_at
  )
  select given.id, save_subscriptions.account_id, save_subscriptions.customer_id, given.livemode, given.status,
    given.stripe_status, nullif(given.status, 'unknown'), case when given.status = 'unknown' then save_subscriptions.at end,
    given.is_mirrored, given.plan_key, given.plan_version, given.plan_key, given.billing_interval, given.items,
    given.period_start_at, given.period_end_at, given.trial_start_at, given.trial_end_at, given.cancel_at, given.ended_at,
    given.paid_through_at, given.collection_paused, given.has_metered_item,
    given.overage_plan_key, given.overage_plan_version, given.ever_paid, given.pay_url,
    given.scheduled_plan_key, given.scheduled_plan_version, given.scheduled_interval, given.scheduled_at,
    given.pending_plan_key, given.pending_until, given.trial_has_card, given.created_at, save_subscriptions.at
  from jsonb_populate_recordset(null::public.subscriptions, save_subscriptions.subscriptions) given
  on conflict on constraint subscriptions_pkey do update set
    status = excluded.status, stripe_status = excluded.stripe_status,
    last_known_status = coalesce(excluded.last_known_status, known.last_known_status),
    unknown_since = case when excluded.status = 'unknown' then coalesce(known.unknown_since, excluded.unknown_since) end,
    is_mirrored = excluded.is_mirrored, plan_key = excluded.plan_key, plan_version = excluded.plan_version,
    last_known_plan_key = coalesce(excluded.plan_key, known.last_known_plan_key),
    billing_interval = excluded.billing_interval, items = excluded.items,
    period_start_at = excluded.period_start_at, period_end_at = excluded.period_end_at,
    trial_start_at = excluded.trial_start_at, trial_end_at = excluded.trial_end_at, cancel_at = excluded.cancel_at,
    ended_at = excluded.ended_at, paid_through_at = coalesce(excluded.paid_through_at, known.paid_through_at),
    collection_paused = excluded.collection_paused, has_metered_item = excluded.has_metered_item,
    overage_plan_key = excluded.overage_plan_key, overage_plan_version = excluded.overage_plan_version,
    ever_paid = known.ever_paid or excluded.ever_paid, pay_url = excluded.pay_url,
    scheduled_plan_key = excluded.scheduled_plan_key, scheduled_plan_version = excluded.scheduled_plan_version,
    scheduled_interval = excluded.scheduled_interval, scheduled_at = excluded.scheduled_at,
    pending_plan_key = excluded.pending_plan_key, pending_until = excluded.pending_until,
    trial_has_card = excluded.trial_has_card, synced_at = excluded.synced_at;
end $$;
grant execute on function private.save_subscriptions(uuid, text, jsonb, timestamptz) to service_role;

-- Writes the lines that came with each invoice of a list, and forgets those a draft has lost.
create function private.save_invoice_lines(invoices jsonb) returns void
language sql set search_path = '' as $$
  delete from public.invoice_lines l
  using jsonb_array_elements(coalesce(save_invoice_lines.invoices, '[]')) given
  where l.invoice_id = given ->> 'id' and given ? 'lines' and not exists (
    select from jsonb_array_elements(given -> 'lines') kept where kept ->> 'id' = l.id
  );
  insert into public.invoice_lines (
    invoice_id, id, position, kind, plan_key, description, quantity, unit, unit_price, amount_cents, tax_cents,
    discount_cents, period_start_at, period_end_at
  )
  select given ->> 'id', line.id, line.position, line.kind, line.plan_key, line.description, line.quantity, line.unit,
    line.unit_price, line.amount_cents, line.tax_cents, line.discount_cents, line.period_start_at, line.period_end_at
  from jsonb_array_elements(coalesce(save_invoice_lines.invoices, '[]')) given
  cross join lateral jsonb_populate_recordset(null::public.invoice_lines, coalesce(given -> 'lines', '[]')) line
  on conflict on constraint invoice_lines_pkey do update set
    position = excluded.position, kind = excluded.kind, plan_key = excluded.plan_key, description = excluded.description,
    quantity = excluded.quantity, unit = excluded.unit, unit_price = excluded.unit_price,
    amount_cents = excluded.amount_cents, tax_cents = excluded.tax_cents, discount_cents = excluded.discount_cents,
    period_start_at = excluded.period_start_at, period_end_at = excluded.period_end_at
$$;
grant execute on function private.save_invoice_lines(jsonb) to service_role;

create function private.save_invoices(account_id uuid, customer_id text, invoices jsonb, at timestamptz) returns void
language sql set search_path = '' as $$
  insert into public.invoices as known (
    id, account_id, customer_id, livemode, subscription_id, number, status, purpose, description, billing_reason,
    collection_method, total_cents, due_cents, paid_cents, currency, attempt_count, next_payment_attempt_at, due_at, hosted_url, pdf_url,
    created_at, finalized_at, paid_at, synced_at
  )
  select given.id, save_invoices.account_id, save_invoices.customer_id, given.livemode, given.subscription_id, given.number,
    given.status, given.purpose, given.description, given.billing_reason, given.collection_method, given.total_cents,
    given.due_cents, coalesce(given.paid_cents, 0), given.currency, given.attempt_count, given.next_payment_attempt_at, given.due_at, given.hosted_url, given.pdf_url,
    given.created_at, given.finalized_at, given.paid_at, save_invoices.at
  from jsonb_populate_recordset(null::public.invoices, coalesce(save_invoices.invoices, '[]')) given
  on conflict on constraint invoices_pkey do update set
    number = excluded.number, status = excluded.status, purpose = excluded.purpose, description = excluded.description,
    total_cents = excluded.total_cents, due_cents = excluded.due_cents, paid_cents = excluded.paid_cents, attempt_count = excluded.attempt_count,
    payment_problem = case when excluded.status = 'open' then known.payment_problem end,
    next_payment_attempt_at = excluded.next_payment_attempt_at, due_at = excluded.due_at, hosted_url = excluded.hosted_url, pdf_url = excluded.pdf_url,
    finalized_at = excluded.finalized_at, paid_at = excluded.paid_at, synced_at = excluded.synced_at;
  select private.save_invoice_lines(save_invoices.invoices)
$$;
grant execute on function private.save_invoices(uuid, text, jsonb, timestamptz) to service_role;

-- Notes why an open invoice could not be paid with a card that was just changed, in words for people.
create function public.note_payment_problem(customer_id text, lease uuid, invoice_id text, problem text, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  noted_at timestamptz := private.checked_time(note_payment_problem.at);
begin
  if private.leased_account(note_payment_problem.customer_id, note_payment_problem.lease) is null then
    return jsonb_build_object('ok', false, 'code', 'lease_lost');
  end if;
  update public.invoices i set payment_problem = note_payment_problem.problem, synced_at = noted_at
  where i.id = note_payment_problem.invoice_id and i.customer_id = note_payment_problem.customer_id and i.status = 'open';
  return jsonb_build_object('ok', true, 'code', case when found then 'noted' else 'not_open' end);
end $$;
grant execute on function public.note_payment_problem(text, uuid, text, text, timestamptz) to service_role;

-- Writes everything that was fetched of a customer's subscriptions, and all that follows from it, at once: snapshots,
-- allowance, the period of the metered item that overage counts in, the dunning case, mail, alerts. Answers `lease_lost`, and changes nothing, when somebody else has taken over.
create function public.save_subscription(
  customer_id text, lease uuid, subscriptions jsonb, invoices jsonb, grants jsonb, returns jsonb, voids jsonb, dunning jsonb,
  mails jsonb, alerts jsonb, at timestamptz
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  saved_at timestamptz := private.checked_time(save_subscription.at);
  account uuid := private.leased_account(save_subscription.customer_id, save_subscription.lease);
  given jsonb;
begin
  if account is null then
    return jsonb_build_object('ok', false, 'code', 'lease_lost');
  end if;
  perform private.save_subscriptions(account, save_subscription.customer_id, save_subscription.subscriptions, saved_at);
  perform private.save_invoices(account, save_subscription.customer_id, save_subscription.invoices, saved_at);
  given := private.apply_grants(account, save_subscription.customer_id, save_subscription.grants, saved_at);
  perform private.apply_returns(account, save_subscription.returns, saved_at);
  perform public.set_overage(
    account_id => account, at => saved_at,
    period_starts_at => (item ->> 'overage_starts_at')::timestamptz, period_ends_at => (item ->> 'overage_ends_at')::timestamptz
  )
  from jsonb_array_elements(save_subscription.subscriptions) item
  where (item ->> 'is_mirrored')::boolean and item ->> 'overage_starts_at' is not null;
  perform private.apply_voids(account, save_subscription.voids, saved_at);
  perform private.save_dunning(account, save_subscription.customer_id, save_subscription.dunning, saved_at);
  perform private.apply_mails(account, save_subscription.mails, saved_at);
  perform private.follow_alerts(account, save_subscription.customer_id, save_subscription.alerts, saved_at);
  return jsonb_build_object('ok', true, 'code', 'saved') || given;
end $$;
grant execute on function public.save_subscription(text, uuid, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, timestamptz) to service_role;

-- Writes what was fetched of one checkout session that sold a pack: the purchase, its credits, its invoice, mail.
create function public.save_pack_purchase(
  customer_id text, lease uuid, purchase jsonb, invoices jsonb, grants jsonb, mails jsonb, at timestamptz
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  saved_at timestamptz := private.checked_time(save_pack_purchase.at);
  account uuid := private.leased_account(save_pack_purchase.customer_id, save_pack_purchase.lease);
  given jsonb;
begin
  if account is null then
    return jsonb_build_object('ok', false, 'code', 'lease_lost');
  end if;
  insert into public.purchases as known (
    session_id, account_id, customer_id, livemode, pack_key, pack_version, credits, status, total_cents, net_cents,
    currency, payment_intent_id, invoice_id, created_at, paid_at, synced_at
  )
  select p.session_id, account, save_pack_purchase.customer_id, p.livemode, p.pack_key, p.pack_version, p.credits, p.status,
    p.total_cents, p.net_cents, p.currency, p.payment_intent_id, p.invoice_id, p.created_at,
    case when p.status = 'paid' then saved_at end, saved_at
  from jsonb_populate_record(null::public.purchases, save_pack_purchase.purchase) p
  on conflict on constraint purchases_pkey do update set
    status = case when known.status = 'paid' then 'paid' else excluded.status end,
    paid_at = coalesce(known.paid_at, excluded.paid_at), payment_intent_id = excluded.payment_intent_id,
    invoice_id = excluded.invoice_id, total_cents = excluded.total_cents, net_cents = excluded.net_cents,
    synced_at = excluded.synced_at;
  perform private.save_invoices(account, save_pack_purchase.customer_id, save_pack_purchase.invoices, saved_at);
  given := private.apply_grants(account, save_pack_purchase.customer_id, save_pack_purchase.grants, saved_at);
  perform private.apply_mails(account, save_pack_purchase.mails, saved_at);
  return jsonb_build_object('ok', true, 'code', 'saved') || given;
end $$;
grant execute on function public.save_pack_purchase(text, uuid, jsonb, jsonb, jsonb, jsonb, timestamptz) to service_role;
