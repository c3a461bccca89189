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

-- Brings a grant in step with how much of its payment stands returned: takes the difference back, or gives it back.
create function private.follow_payment(payment public.payments, source text, source_id text, gives_back boolean, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  key text := concat_ws(':', (follow_payment.payment).payment_intent_id, (follow_payment.payment).changes, follow_payment.source, follow_payment.source_id);
  answer jsonb;
begin
  if follow_payment.gives_back then
    answer := public.reinstate(
      account_id => (payment).account_id, source => follow_payment.source, source_id => follow_payment.source_id,
      taken_back_cents => (payment).returned_cents, charged_cents => (payment).charged_cents, key => key, at => follow_payment.at
    );
  else
    answer := public.claw_back(
      account_id => (payment).account_id, source => follow_payment.source, source_id => follow_payment.source_id,
      taken_back_cents => (payment).returned_cents, charged_cents => (payment).charged_cents, key => key, at => follow_payment.at
    );
  end if;
  if not (answer ->> 'ok')::boolean then
    raise exception 'the grant % / % did not follow its payment: %', follow_payment.source, follow_payment.source_id, answer using errcode = 'PT500';
  end if;
  return answer;
end $$;
grant execute on function private.follow_payment(public.payments, text, text, boolean, timestamptz) to service_role;

-- Gives each grant of a list, once for its source whatever asks again. A source that gave something else before keeps
-- what it gave, and is named in the answer: a price edit must not change what was sold. Money that went back before the
-- grant was made takes its share at once.
create function private.apply_grants(account_id uuid, grants jsonb, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  item jsonb;
  answer jsonb;
  granted jsonb := '[]';
  conflicts jsonb := '[]';
begin
  for item in select g from jsonb_array_elements(coalesce(apply_grants.grants, '[]')) g loop
    answer := public.grant_credits(
      account_id => apply_grants.account_id, source => item ->> 'source', source_id => item ->> 'source_id',
      amount => (item ->> 'amount')::bigint, category => item ->> 'category', priority => (item ->> 'priority')::integer,
      effective_at => (item ->> 'effective_at')::timestamptz, expires_at => (item ->> 'expires_at')::timestamptz,
      paid_cents => (item ->> 'paid_cents')::bigint, currency => item ->> 'currency',
      low_credit_percent => (item ->> 'low_credit_percent')::integer, at => apply_grants.at
    );
    if answer ->> 'code' = 'granted' then
      granted := granted || jsonb_build_array((item ->> 'source') || '/' || (item ->> 'source_id'));
      perform private.follow_payment(p, item ->> 'source', item ->> 'source_id', false, apply_grants.at)
      from public.payments p
      where p.account_id = apply_grants.account_id and p.returned_cents > 0
        and p.grants @> jsonb_build_array(jsonb_build_object('source', item ->> 'source', 'source_id', item ->> 'source_id'));
    elsif answer ->> 'code' = 'idempotency_conflict' then
      conflicts := conflicts || jsonb_build_array((item ->> 'source') || '/' || (item ->> 'source_id'));
    elsif answer ->> 'code' <> 'duplicate' then
      raise exception 'the grant % / % was refused: %', item ->> 'source', item ->> 'source_id', answer using errcode = 'PT500';
    end if;
  end loop;
  return jsonb_build_object('granted', granted, 'conflicts', conflicts);
end $$;
grant execute on function private.apply_grants(uuid, jsonb, timestamptz) to service_role;

-- Cancels what remains of each grant of a list that exists.
create function private.apply_voids(account_id uuid, voids jsonb, at timestamptz) returns void
language plpgsql set search_path = '' as $$
declare
  item jsonb;
  answer jsonb;
begin
  for item in
    select v from jsonb_array_elements(coalesce(apply_voids.voids, '[]')) v
    where exists (
      select from public.credit_grants g
      where g.account_id = apply_voids.account_id and g.source = v ->> 'source' and g.source_id = v ->> 'source_id'
        and g.voided_at is null
    )
  loop
    answer := public.void_grant(
      account_id => apply_voids.account_id, source => item ->> 'source', source_id => item ->> 'source_id',
      key => item ->> 'key', at => apply_voids.at
    );
    if not (answer ->> 'ok')::boolean then
      raise exception 'the grant % / % was not voided: %', item ->> 'source', item ->> 'source_id', answer using errcode = 'PT500';
    end if;
  end loop;
end $$;
grant execute on function private.apply_voids(uuid, jsonb, timestamptz) to service_role;

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
    collection_method, total_cents, due_cents, currency, attempt_count, next_payment_attempt_at, due_at, hosted_url, pdf_url,
    created_at, finalized_at, paid_at, synced_at
  )
  select given.id, save_invoices.account_id, save_invoices.customer_id, given.livemode, given.subscription_id, given.number,
    given.status, given.purpose, given.description, given.billing_reason, given.collection_method, given.total_cents,
    given.due_cents, given.currency, given.attempt_count, given.next_payment_attempt_at, given.due_at, given.hosted_url, given.pdf_url,
    given.created_at, given.finalized_at, given.paid_at, save_invoices.at
  from jsonb_populate_recordset(null::public.invoices, coalesce(save_invoices.invoices, '[]')) given
  on conflict on constraint invoices_pkey do update set
    number = excluded.number, status = excluded.status, purpose = excluded.purpose, description = excluded.description,
    total_cents = excluded.total_cents, due_cents = excluded.due_cents, attempt_count = excluded.attempt_count,
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
-- allowance, the period of the metered item that overage counts in, the dunning case, mail. Answers `lease_lost`, and changes nothing, when somebody else has taken over.
create function public.save_subscription(
  customer_id text, lease uuid, subscriptions jsonb, invoices jsonb, grants jsonb, voids jsonb, dunning jsonb, mails jsonb, at timestamptz
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
  given := private.apply_grants(account, save_subscription.grants, saved_at);
  perform public.set_overage(
    account_id => account, at => saved_at,
    period_starts_at => (item ->> 'overage_starts_at')::timestamptz, period_ends_at => (item ->> 'overage_ends_at')::timestamptz
  )
  from jsonb_array_elements(save_subscription.subscriptions) item
  where (item ->> 'is_mirrored')::boolean and item ->> 'overage_starts_at' is not null;
  perform private.apply_voids(account, save_subscription.voids, saved_at);
  perform private.save_dunning(account, save_subscription.customer_id, save_subscription.dunning, saved_at);
  perform private.apply_mails(account, save_subscription.mails, saved_at);
  return jsonb_build_object('ok', true, 'code', 'saved') || given;
end $$;
grant execute on function public.save_subscription(text, uuid, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, timestamptz) to service_role;

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
  given := private.apply_grants(account, save_pack_purchase.grants, saved_at);
  perform private.apply_mails(account, save_pack_purchase.mails, saved_at);
  return jsonb_build_object('ok', true, 'code', 'saved') || given;
end $$;
grant execute on function public.save_pack_purchase(text, uuid, jsonb, jsonb, jsonb, jsonb, timestamptz) to service_role;

-- An open dispute for fraud holds the account; its end, won or lost, lifts that hold. One by an admin is left alone.
create function private.follow_fraud(account_id uuid, at timestamptz) returns void
language plpgsql set search_path = '' as $$
declare
  is_fraud boolean := exists (select from public.payments p where p.account_id = follow_fraud.account_id and p.is_fraud);
  hold public.account_holds;
begin
  if is_fraud then
    insert into public.account_holds (account_id, reason, held_at) values (follow_fraud.account_id, 'fraud', follow_fraud.at)
    on conflict do nothing returning * into hold;
  else
    delete from public.account_holds h where h.account_id = follow_fraud.account_id and h.reason = 'fraud' returning * into hold;
  end if;
  if hold.account_id is not null then
    perform private.follow_freeze(follow_fraud.account_id, case when is_fraud then 'hold ' else 'lift ' end || hold.held_at, follow_fraud.at);
  end if;
end $$;
grant execute on function private.follow_fraud(uuid, timestamptz) to service_role;

-- Brings the credits of a payment in step with how much of it stands returned now, by the state and never by the event,
-- grant by grant.
create function public.save_payment(customer_id text, lease uuid, payment jsonb, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  saved_at timestamptz := private.checked_time(save_payment.at);
  account uuid := private.leased_account(save_payment.customer_id, save_payment.lease);
  before public.payments;
  now_is public.payments;
  item jsonb;
  answers jsonb := '[]';
begin
  if account is null then
    return jsonb_build_object('ok', false, 'code', 'lease_lost');
  end if;
  now_is := jsonb_populate_record(null::public.payments, save_payment.payment);
  select p.* into before from public.payments p where p.payment_intent_id = now_is.payment_intent_id for update;
  insert into public.payments as known (
    payment_intent_id, account_id, customer_id, livemode, grants, charged_cents, returned_cents, is_disputed, is_fraud, changes, synced_at
  )
  values (
    now_is.payment_intent_id, account, save_payment.customer_id, now_is.livemode, now_is.grants, now_is.charged_cents,
    now_is.returned_cents, now_is.is_disputed, now_is.is_fraud, case when now_is.returned_cents > 0 then 1 else 0 end, saved_at
  )
  on conflict on constraint payments_pkey do update set
    grants = excluded.grants, returned_cents = excluded.returned_cents, is_disputed = excluded.is_disputed,
    is_fraud = excluded.is_fraud, synced_at = excluded.synced_at,
    changes = known.changes + case when known.returned_cents <> excluded.returned_cents then 1 else 0 end
  returning * into now_is;
  if now_is.changes > 0 then
    for item in
      select g from jsonb_array_elements(now_is.grants) g
      where exists (
        select from public.credit_grants c
        where c.account_id = account and c.source = g ->> 'source' and c.source_id = g ->> 'source_id'
      )
    loop
      answers := answers || private.follow_payment(
        now_is, item ->> 'source', item ->> 'source_id', now_is.returned_cents < coalesce(before.returned_cents, 0), saved_at
      );
    end loop;
  end if;
  perform private.follow_fraud(account, saved_at);
  return jsonb_build_object('ok', true, 'code', 'saved', 'answers', answers);
end $$;
grant execute on function public.save_payment(text, uuid, jsonb, timestamptz) to service_role;

-- Which checkout session a payment paid for, so that its credits can follow it.
create function public.find_purchase(payment_intent_id text) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('session_id', (
    select p.session_id from public.purchases p where p.payment_intent_id = find_purchase.payment_intent_id
  ))
$$;
grant execute on function public.find_purchase(text) to service_role;
