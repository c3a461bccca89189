-- Payments, and credits that follow their money when it goes back.
create table public.payments (
  payment_intent_id text primary key,
  account_id uuid not null references public.accounts (id),
  customer_id text not null references public.stripe_customers (customer_id),
  livemode boolean not null,
  kind text not null,
  invoice_id text,
  grants jsonb not null default '[]',
  currency text not null,
  charged_cents bigint not null,
  returned_cents bigint not null default 0,
  refunds jsonb not null default '[]',
  disputes jsonb not null default '[]',
  credit_notes jsonb not null default '[]',
  is_disputed boolean not null default false,
  is_fraud boolean not null default false,
  paid_at timestamptz not null,
  synced_at timestamptz not null,
  constraint a_payment_is_for_a_pack_a_plan_or_something_else check (kind in ('pack', 'plan', 'other')),
  constraint no_more_is_returned_than_was_charged check (returned_cents between 0 and charged_cents)
);
comment on table public.payments is 'The state of each payment: what was charged, how much of it stands returned now by refunds, disputes and credit notes, and which credit grants it paid for. is_disputed speaks of open disputes; is_fraud of one for fraud that is open or lost.';
create index payments_account_id on public.payments (account_id, paid_at desc);
create index payments_invoice_id on public.payments (invoice_id) where invoice_id is not null;

create table public.credit_notes (
  id text primary key,
  invoice_id text not null,
  account_id uuid not null references public.accounts (id),
  livemode boolean not null,
  number text not null,
  total_cents bigint not null,
  currency text not null,
  created_at timestamptz not null
);
comment on table public.credit_notes is 'The credit notes that stand on an account''s invoices; a voided one is forgotten. What they give back of a payment is in payments.';
create index credit_notes_invoice_id on public.credit_notes (invoice_id);
create index credit_notes_account_id on public.credit_notes (account_id);

create table public.grant_returns (
  source text not null,
  source_id text not null,
  account_id uuid not null references public.accounts (id),
  livemode boolean not null,
  cause text not null,
  returned bigint not null,
  charged bigint not null,
  changes integer not null default 0,
  synced_at timestamptz not null,
  primary key (source, source_id),
  constraint a_share_is_between_nothing_and_all check (returned between 0 and charged and charged >= 1)
);
comment on table public.grant_returns is 'How much of the money behind a credit grant stands returned now, as a fraction over all payments of its invoice. changes counts how often it has moved, and is part of the key of what followed; cause is the payment or invoice that moved it last.';

create table public.pack_refunds (
  id uuid primary key,
  account_id uuid not null references public.accounts (id),
  customer_id text not null references public.stripe_customers (customer_id),
  livemode boolean not null,
  payment_intent_id text not null,
  session_id text not null,
  credits bigint not null,
  amount_cents bigint not null,
  currency text not null,
  status text not null,
  refund_id text unique,
  problem text,
  begun_at timestamptz not null,
  next_check_at timestamptz,
  closed_at timestamptz,
  constraint a_refund_of_a_pack_has_a_known_status check (status in ('taken', 'refunded', 'refused')),
  constraint a_refund_of_a_pack_is_checked_until_it_is_closed check ((closed_at is null) = (next_check_at is not null)),
  constraint a_refund_of_a_pack_is_open_until_stripe_has_answered check (status <> 'taken' or closed_at is null),
  constraint a_refund_of_a_pack_is_of_something check (amount_cents >= 1 and credits >= 1)
);
comment on table public.pack_refunds is 'Refunds of the unspent share of a pack that an admin asked for, keyed by the form''s request id. The credits are taken before Stripe is asked; until Stripe has the refund, its amount counts as returned. One that Stripe has refused is closed when its credits are back.';
create unique index one_refund_of_a_pack_at_a_time on public.pack_refunds (payment_intent_id) where status = 'taken';
create index pack_refunds_to_check on public.pack_refunds (next_check_at) where next_check_at is not null;

alter table public.payments enable row level security;
alter table public.credit_notes enable row level security;
alter table public.grant_returns enable row level security;
alter table public.pack_refunds enable row level security;
create policy "owners and admins read their payments" on public.payments
  for select to authenticated using (private.is_member(account_id, array['owner', 'admin']));
create policy "members read their credit notes" on public.credit_notes
  for select to authenticated using (private.is_member(account_id));
grant select on public.payments, public.credit_notes to authenticated;
grant select, insert, update, delete on public.payments, public.credit_notes, public.grant_returns, public.pack_refunds to service_role;

-- Brings a grant in step with how much of its money stands returned: takes the difference back, or gives it back. The
-- key is of the share's last move, so that asking again moves nothing. Nothing for a grant that is not there yet.
create function private.follow_return(share public.grant_returns, gives_back boolean, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  key text := concat_ws(':', (follow_return.share).cause, (share).changes, (share).source, (share).source_id);
  answer jsonb;
begin
  if not exists (
    select from public.credit_grants g
    where g.account_id = (share).account_id and g.source = (share).source and g.source_id = (share).source_id
  ) then
    return null;
  end if;
  if follow_return.gives_back then
    answer := public.reinstate(
      account_id => (share).account_id, source => (share).source, source_id => (share).source_id,
      taken_back_cents => (share).returned, charged_cents => (share).charged, key => key, at => follow_return.at
    );
  else
    answer := public.claw_back(
      account_id => (share).account_id, source => (share).source, source_id => (share).source_id,
      taken_back_cents => (share).returned, charged_cents => (share).charged, key => key, at => follow_return.at
    );
  end if;
  if not (answer ->> 'ok')::boolean then
    raise exception 'the grant % / % did not follow its money: %', (share).source, (share).source_id, answer using errcode = 'PT500';
  end if;
  return answer;
end $$;
grant execute on function private.follow_return(public.grant_returns, boolean, timestamptz) to service_role;

-- Notes how much of each grant's money stands returned now, and lets the credits follow what has moved. An allowance that
-- was withdrawn for want of money and came back is of the same money. Answers the credits taken and given back.
create function private.save_returns(account_id uuid, livemode boolean, cause text, shares jsonb, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  item record;
  known public.grant_returns;
  saved public.grant_returns;
  answer jsonb;
  taken bigint := 0;
  given bigint := 0;
begin
  for item in
    with given as (
      select s ->> 'source' as source, s ->> 'source_id' as source_id, (s ->> 'returned')::bigint as returned, (s ->> 'charged')::bigint as charged
      from jsonb_array_elements(coalesce(save_returns.shares, '[]')) s
    )
    select * from given
    union
    select back.source, back.source_id, given.returned, given.charged
    from given join public.credit_grants back
      on back.account_id = save_returns.account_id and back.source = 'alw_back'
      and starts_with(back.source_id, concat_ws(':', given.source, given.source_id, ''))
  loop
    select r.* into known from public.grant_returns r where r.source = item.source and r.source_id = item.source_id;
    continue when not found and item.returned = 0;
    continue when known.source is not null and known.returned::numeric * item.charged = item.returned::numeric * known.charged;
    insert into public.grant_returns as r (source, source_id, account_id, livemode, cause, returned, charged, changes, synced_at)
    values (item.source, item.source_id, save_returns.account_id, save_returns.livemode, save_returns.cause, item.returned, item.charged, 1, save_returns.at)
    on conflict on constraint grant_returns_pkey do update set
      cause = excluded.cause, returned = excluded.returned, charged = excluded.charged, changes = r.changes + 1, synced_at = excluded.synced_at
    returning * into saved;
    answer := private.follow_return(
      saved, known.source is not null and item.returned::numeric * known.charged < known.returned::numeric * item.charged, save_returns.at
    );
    taken := taken + coalesce((answer ->> 'taken')::bigint, 0);
    given := given + coalesce((answer ->> 'returned')::bigint, 0);
  end loop;
  return jsonb_build_object('taken', taken, 'given', given);
end $$;
grant execute on function private.save_returns(uuid, boolean, text, jsonb, timestamptz) to service_role;

-- A dispute for fraud holds the account from the moment it is known. Won, the hold ends; lost, it stays until an admin
-- releases the account, and then it does not come back for the same payment. One by an admin is left alone.
create function private.follow_fraud(account_id uuid, was_fraud boolean, is_fraud boolean, at timestamptz) returns void
language plpgsql set search_path = '' as $$
declare
  hold public.account_holds;
begin
  if follow_fraud.was_fraud = follow_fraud.is_fraud then
    return;
  end if;
  if follow_fraud.is_fraud then
    insert into public.account_holds (account_id, reason, held_at) values (follow_fraud.account_id, 'fraud', follow_fraud.at)
    on conflict do nothing returning * into hold;
  elsif not exists (select from public.payments p where p.account_id = follow_fraud.account_id and p.is_fraud) then
    delete from public.account_holds h where h.account_id = follow_fraud.account_id and h.reason = 'fraud' returning * into hold;
  end if;
  if hold.account_id is not null then
    perform private.follow_freeze(follow_fraud.account_id, case when is_fraud then 'hold ' else 'lift ' end || hold.held_at, follow_fraud.at);
  end if;
end $$;
grant execute on function private.follow_fraud(uuid, boolean, boolean, timestamptz) to service_role;

-- Tells the founders of disputes and refunds that need them, as a payment's state changes, and no more when it is over.
create function private.follow_payment_alerts(before public.payments, payment public.payments, at timestamptz) returns void
language plpgsql set search_path = '' as $$
declare
  item jsonb;
  former text;
  facts jsonb := jsonb_build_object('payment', (payment).payment_intent_id, 'currency', (payment).currency);
begin
  for item in select d from jsonb_array_elements((payment).disputes) d loop
    select d ->> 'status' into former from jsonb_array_elements((before).disputes) d where d ->> 'id' = item ->> 'id';
    continue when former = item ->> 'status';
    if item ->> 'status' in ('won', 'lost', 'prevented', 'warning_closed') then
      perform private.settle_alert('dispute_opened', item ->> 'id', (payment).livemode, follow_payment_alerts.at);
    else
      perform private.raise_alert('dispute_opened', item ->> 'id', (payment).account_id, (payment).livemode, facts || item, follow_payment_alerts.at);
    end if;
    if item ->> 'status' = 'lost' then
      perform private.raise_alert('dispute_lost', item ->> 'id', (payment).account_id, (payment).livemode, facts || item, follow_payment_alerts.at);
    else
      perform private.settle_alert('dispute_lost', item ->> 'id', (payment).livemode, follow_payment_alerts.at);
    end if;
  end loop;
  for item in select r from jsonb_array_elements((payment).refunds) r where r ->> 'status' = 'failed' loop
    select r ->> 'status' into former from jsonb_array_elements((before).refunds) r where r ->> 'id' = item ->> 'id';
    if exists (
      select from jsonb_array_elements((payment).refunds) later
      where later ->> 'at' > item ->> 'at' and later ->> 'status' in ('succeeded', 'pending', 'requires_action')
    ) then
      perform private.settle_alert('refund_stuck', item ->> 'id', (payment).livemode, follow_payment_alerts.at);
    elsif former is distinct from 'failed' then
      perform private.raise_alert('refund_stuck', item ->> 'id', (payment).account_id, (payment).livemode, facts || item, follow_payment_alerts.at);
    end if;
  end loop;
end $$;
grant execute on function private.follow_payment_alerts(public.payments, public.payments, timestamptz) to service_role;

-- Queues the mails a payment's state asks for, each once. What moved with a single new one is told in it; of a refund that
-- an admin asked for it is what was taken before the money left.
create function private.queue_payment_mails(account_id uuid, mails jsonb, moved jsonb, at timestamptz) returns void
language plpgsql set search_path = '' as $$
declare
  fresh jsonb;
  told jsonb := '{}';
begin
  select coalesce(jsonb_agg(m), '[]') into fresh from jsonb_array_elements(coalesce(queue_payment_mails.mails, '[]')) m
  where not exists (
    select from public.mail_outbox o
    where o.account_id = queue_payment_mails.account_id and o.kind = m ->> 'kind' and o.key = m ->> 'key'
  );
  if jsonb_array_length(fresh) = 1 then
    told := jsonb_build_object('creditsTaken', moved -> 'taken', 'creditsBack', moved -> 'given');
  end if;
  told := told || jsonb_build_object('debt', (
    select b.debt from public.credit_balances b where b.account_id = queue_payment_mails.account_id
  ));
  perform private.queue_mail(queue_payment_mails.account_id, m ->> 'kind', m ->> 'key',
    m -> 'data' || told || case when asked.id is null then '{}' else jsonb_build_object('creditsTaken', asked.credits) end, queue_payment_mails.at)
  from jsonb_array_elements(fresh) m
  left join public.pack_refunds asked on asked.refund_id = m ->> 'key';
end $$;
grant execute on function private.queue_payment_mails(uuid, jsonb, jsonb, timestamptz) to service_role;

-- Writes the credit notes of each invoice of a list, { invoice, notes }, and forgets those that no longer stand.
create function private.save_credit_notes(account_id uuid, livemode boolean, notes jsonb) returns void
language sql set search_path = '' as $$
  delete from public.credit_notes n
  using jsonb_array_elements(coalesce(save_credit_notes.notes, '[]')) given
  where n.invoice_id = given ->> 'invoice' and n.account_id = save_credit_notes.account_id and not exists (
    select from jsonb_array_elements(given -> 'notes') kept where kept ->> 'id' = n.id
  );
  insert into public.credit_notes (id, invoice_id, account_id, livemode, number, total_cents, currency, created_at)
  select note ->> 'id', given ->> 'invoice', save_credit_notes.account_id, save_credit_notes.livemode, note ->> 'number',
    (note ->> 'totalCents')::bigint, note ->> 'currency', (note ->> 'at')::timestamptz
  from jsonb_array_elements(coalesce(save_credit_notes.notes, '[]')) given
  cross join lateral jsonb_array_elements(given -> 'notes') note
  on conflict on constraint credit_notes_pkey do update set total_cents = excluded.total_cents
$$;
grant execute on function private.save_credit_notes(uuid, boolean, jsonb) to service_role;

-- Writes what was fetched of a payment, and all that follows from it, at once: its state, the credits of its grants, the
-- hold for fraud, alerts, mail. By the state and never by the event. Without a payment, of an invoice that none has paid,
-- it is the shares and credit notes alone. Answers `lease_lost`, and changes nothing, when somebody else has taken over.
create function public.save_payment(customer_id text, lease uuid, cause text, payment jsonb, shares jsonb, notes jsonb, mails jsonb, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  saved_at timestamptz := private.checked_time(save_payment.at);
  account uuid := private.leased_account(save_payment.customer_id, save_payment.lease);
  mode boolean;
  before public.payments;
  now_is public.payments;
  moved jsonb;
begin
  if account is null then
    return jsonb_build_object('ok', false, 'code', 'lease_lost');
  end if;
  perform private.bring_up_to_date(account, saved_at);
  select c.livemode into mode from public.stripe_customers c where c.customer_id = save_payment.customer_id;
  perform private.save_credit_notes(account, mode, save_payment.notes);
  moved := private.save_returns(account, mode, save_payment.cause, save_payment.shares, saved_at);
  if save_payment.payment is not null then
    now_is := jsonb_populate_record(null::public.payments, save_payment.payment);
    select p.* into before from public.payments p where p.payment_intent_id = now_is.payment_intent_id for update;
    insert into public.payments (
      payment_intent_id, account_id, customer_id, livemode, kind, invoice_id, grants, currency, charged_cents, returned_cents,
      refunds, disputes, credit_notes, is_disputed, is_fraud, paid_at, synced_at
    )
    values (
      now_is.payment_intent_id, account, save_payment.customer_id, now_is.livemode, now_is.kind, now_is.invoice_id, now_is.grants,
      now_is.currency, now_is.charged_cents, now_is.returned_cents, now_is.refunds, now_is.disputes, now_is.credit_notes,
      now_is.is_disputed, now_is.is_fraud, now_is.paid_at, saved_at
    )
    on conflict on constraint payments_pkey do update set
      kind = excluded.kind, invoice_id = excluded.invoice_id, grants = excluded.grants, charged_cents = excluded.charged_cents,
      returned_cents = excluded.returned_cents, refunds = excluded.refunds, disputes = excluded.disputes,
      credit_notes = excluded.credit_notes, is_disputed = excluded.is_disputed, is_fraud = excluded.is_fraud, synced_at = excluded.synced_at
    returning * into now_is;
    update public.pack_refunds r set status = 'refunded', refund_id = made ->> 'id', closed_at = saved_at, next_check_at = null, problem = null
    from jsonb_array_elements(now_is.refunds) made
    where r.payment_intent_id = now_is.payment_intent_id and r.status = 'taken' and made ->> 'request' = r.id::text;
    update public.pack_refunds r set closed_at = saved_at, next_check_at = null
    where r.payment_intent_id = now_is.payment_intent_id and r.status = 'refused' and r.closed_at is null;
    perform private.follow_fraud(account, coalesce(before.is_fraud, false), now_is.is_fraud, saved_at);
    perform private.follow_payment_alerts(before, now_is, saved_at);
  end if;
  perform private.queue_payment_mails(account, save_payment.mails, moved, saved_at);
  return jsonb_build_object('ok', true, 'code', 'saved') || moved;
end $$;
grant execute on function public.save_payment(text, uuid, text, jsonb, jsonb, jsonb, jsonb, timestamptz) to service_role;

-- What a payment bought, if it bought a pack: the purchase, what is left of its credits and free, and refunds that were
-- begun and not yet made at Stripe. Credits that were given back after a refund failed are the pack's too.
create function public.find_purchase(payment_intent_id text) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce((
    select jsonb_build_object(
      'session_id', p.session_id, 'account_id', p.account_id, 'customer_id', p.customer_id, 'livemode', p.livemode,
      'pack_key', p.pack_key, 'pack_version', p.pack_version, 'credits', p.credits, 'currency', p.currency,
      'left', own.remaining, 'unspent', least(own.remaining, balance.total - balance.reserved),
      'begun', (
        select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'amount_cents', r.amount_cents)), '[]')
        from public.pack_refunds r where r.payment_intent_id = p.payment_intent_id and r.status = 'taken'
      )
    )
    from public.purchases p
    join public.credit_balances balance on balance.account_id = p.account_id
    cross join lateral (
      select coalesce(sum(g.remaining), 0)::bigint as remaining from public.credit_grants_now g
      where g.account_id = p.account_id and g.state = 'open' and (
        (g.source = 'pack' and g.source_id = p.session_id) or (g.source = 'restore' and g.source_id like '%:pack:' || p.session_id)
      )
    ) own
    where p.payment_intent_id = find_purchase.payment_intent_id
  ), '{}')
$$;
grant execute on function public.find_purchase(text) to service_role;

-- Takes the credits of a pack that is about to be refunded, under the lock of the balance, so that nothing can spend them
-- meanwhile. The share is that of everything returned so far and of this. Refused if what is unspent is not what the
-- amount was made from. The same id again: the first answer.
create function public.begin_pack_refund(
  customer_id text, lease uuid, id uuid, payment_intent_id text, unspent bigint, amount_cents bigint, returned bigint, charged bigint, at timestamptz
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  begun_at timestamptz := private.checked_time(begin_pack_refund.at);
  account uuid := private.leased_account(begin_pack_refund.customer_id, begin_pack_refund.lease);
  known public.pack_refunds;
  bought jsonb;
  moved jsonb;
begin
  if account is null then
    return jsonb_build_object('ok', false, 'code', 'lease_lost');
  end if;
  perform private.bring_up_to_date(account, begun_at);
  bought := public.find_purchase(begin_pack_refund.payment_intent_id);
  select r.* into known from public.pack_refunds r where r.id = begin_pack_refund.id;
  if found then
    return jsonb_build_object('ok', true, 'code', known.status);
  end if;
  if jsonb_array_length(bought -> 'begun') > 0 then
    return jsonb_build_object('ok', false, 'code', 'under_way');
  end if;
  if (bought ->> 'unspent')::bigint <> begin_pack_refund.unspent then
    return jsonb_build_object('ok', false, 'code', 'changed');
  end if;
  moved := private.save_returns(account, (bought ->> 'livemode')::boolean, begin_pack_refund.payment_intent_id, jsonb_build_array(jsonb_build_object(
    'source', 'pack', 'source_id', bought ->> 'session_id', 'returned', begin_pack_refund.returned, 'charged', begin_pack_refund.charged
  )), begun_at);
  insert into public.pack_refunds (
    id, account_id, customer_id, livemode, payment_intent_id, session_id, credits, amount_cents, currency, status, begun_at, next_check_at
  )
  values (
    begin_pack_refund.id, account, begin_pack_refund.customer_id, (bought ->> 'livemode')::boolean, begin_pack_refund.payment_intent_id,
    bought ->> 'session_id', (moved ->> 'taken')::bigint, begin_pack_refund.amount_cents, bought ->> 'currency', 'taken',
    begun_at, begun_at + interval '2 minutes'
  );
  return jsonb_build_object('ok', true, 'code', 'taken');
end $$;
grant execute on function public.begin_pack_refund(text, uuid, uuid, text, bigint, bigint, bigint, bigint, timestamptz) to service_role;

create function public.read_payment(payment_intent_id text) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('ok', true, 'code', 'read', 'payment', (
    select to_jsonb(p) from public.payments p where p.payment_intent_id = read_payment.payment_intent_id
  ))
$$;
grant execute on function public.read_payment(text) to service_role;

create function public.read_pack_refund(id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('ok', r.id is not null, 'code', coalesce(r.status, 'unknown_request'), 'payment_intent_id', r.payment_intent_id,
    'customer_id', r.customer_id, 'account_id', r.account_id, 'amount_cents', r.amount_cents, 'credits', r.credits, 'currency', r.currency,
    'problem', r.problem, 'begun_at', r.begun_at)
  from (select 1) always left join public.pack_refunds r on r.id = read_pack_refund.id
$$;
grant execute on function public.read_pack_refund(uuid) to service_role;

-- Notes that Stripe has refused a refund: it counts no longer, and the credits come back with the next look at the payment,
-- which is asked for until it has been.
create function public.refuse_pack_refund(id uuid, problem text, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  refused_at timestamptz := private.checked_time(refuse_pack_refund.at);
begin
  update public.pack_refunds r set status = 'refused', problem = refuse_pack_refund.problem, next_check_at = refused_at
  where r.id = refuse_pack_refund.id and r.status = 'taken';
  return jsonb_build_object('ok', true, 'code', case when found then 'refused' else 'unchanged' end);
end $$;
grant execute on function public.refuse_pack_refund(uuid, text, timestamptz) to service_role;

-- Refunds whose outcome at Stripe nobody has heard. Each is asked about at ever longer intervals.
create function public.claim_pack_refunds(most integer, livemode boolean, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  started timestamptz := private.checked_time(claim_pack_refunds.at);
  found jsonb;
begin
  with silent as (
    update public.pack_refunds r set next_check_at = started + least(greatest(interval '2 minutes', started - r.begun_at), interval '6 hours')
    where r.id in (
      select due.id from public.pack_refunds due
      where due.next_check_at <= started and due.livemode = claim_pack_refunds.livemode
      order by due.next_check_at limit claim_pack_refunds.most for update skip locked
    )
    returning r.id
  )
  select coalesce(jsonb_agg(silent.id), '[]') into found from silent;
  return jsonb_build_object('ok', true, 'code', 'claimed', 'ids', found);
end $$;
grant execute on function public.claim_pack_refunds(integer, boolean, timestamptz) to service_role;

-- Every payment of an account, the newest first: those that were looked at, and packs whose money has never moved since.
create function public.read_payments(account_id uuid, livemode boolean, most integer, before timestamptz default null) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(page) order by page.paid_at desc, page.payment_intent_id desc), '[]') from (
    select paid.* from (
      select p.payment_intent_id, p.kind, p.paid_at, p.charged_cents, p.currency, p.returned_cents, p.refunds, p.disputes, p.credit_notes,
        coalesce(p.invoice_id, b.invoice_id) as invoice_id, i.description, i.number, b.pack_key, b.pack_version, p.grants
      from public.payments p
      left join public.purchases b on b.payment_intent_id = p.payment_intent_id
      left join public.invoices i on i.id = coalesce(p.invoice_id, b.invoice_id)
      where p.account_id = read_payments.account_id and p.livemode = read_payments.livemode
      union all
      select b.payment_intent_id, 'pack', b.paid_at, b.total_cents, b.currency, 0, '[]', '[]', '[]', b.invoice_id, i.description, i.number,
        b.pack_key, b.pack_version, jsonb_build_array(jsonb_build_object('source', 'pack', 'source_id', b.session_id))
      from public.purchases b
      left join public.invoices i on i.id = b.invoice_id
      where b.account_id = read_payments.account_id and b.livemode = read_payments.livemode and b.status = 'paid'
        and b.payment_intent_id is not null
        and not exists (select from public.payments p where p.payment_intent_id = b.payment_intent_id)
    ) paid
    where read_payments.before is null or paid.paid_at < read_payments.before
    order by paid.paid_at desc, paid.payment_intent_id desc limit read_payments.most
  ) page
$$;
grant execute on function public.read_payments(uuid, boolean, integer, timestamptz) to service_role;
