create table public.checkouts (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null references public.accounts (id),
  livemode boolean not null,
  product text not null,
  offer text not null,
  session_id text unique,
  url text,
  status text not null,
  started_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null,
  expires_at timestamptz,
  closed_at timestamptz,
  next_check_at timestamptz,
  replaces text,
  constraint a_checkout_has_a_known_status check (status in ('claimed', 'open', 'complete', 'expired', 'failed', 'replaced')),
  constraint an_open_checkout_has_a_session check (status <> 'open' or (session_id is not null and url is not null and expires_at is not null)),
  constraint closed_exactly_when_not_live check ((status in ('claimed', 'open')) = (closed_at is null))
);
comment on table public.checkouts is 'Every way to Stripe''s checkout that was asked for. The row is claimed before Stripe is called and its id is the idempotency key, so that a double click and two tabs meet in one session. replaces names the session of an earlier choice, which is ended at Stripe before this one is opened.';
create unique index one_live_checkout_for_a_product on public.checkouts (account_id, livemode, product) where status in ('claimed', 'open');
create index checkouts_to_check on public.checkouts (next_check_at) where next_check_at is not null;

create table public.purchases (
  session_id text primary key,
  account_id uuid not null references public.accounts (id),
  customer_id text not null references public.stripe_customers (customer_id),
  livemode boolean not null,
  pack_key text not null,
  pack_version integer not null,
  credits public.credit_count not null,
  status text not null,
  total_cents bigint not null,
  net_cents bigint not null,
  currency text not null,
  payment_intent_id text,
  invoice_id text,
  created_at timestamptz not null,
  paid_at timestamptz,
  synced_at timestamptz not null,
  constraint a_purchase_has_a_known_status check (status in ('pending', 'paid', 'failed')),
  constraint paid_exactly_when_it_has_a_time check ((status = 'paid') = (paid_at is not null))
);
comment on table public.purchases is 'Credit packs bought through checkout, one row a session. net_cents is without tax.';
create unique index one_purchase_a_payment on public.purchases (payment_intent_id);
create index purchases_account_id on public.purchases (account_id, created_at desc);

alter table public.checkouts enable row level security;
alter table public.purchases enable row level security;
create policy "owners and admins read their checkouts" on public.checkouts
  for select to authenticated using (private.is_member(account_id, array['owner', 'admin']));
create policy "members read their purchases" on public.purchases
  for select to authenticated using (private.is_member(account_id));
grant select on public.checkouts, public.purchases to authenticated;
grant select, insert, update, delete on public.checkouts, public.purchases to service_role;

-- Claims a checkout before Stripe is called. The same product and offer again: the one that is under way, to be
-- continued. Another offer of the same product: a new one, and the session that must be expired at Stripe first, told
-- until the new one is open. Answers too whether a trial may be offered: to an account that never had a plan, and a person who
-- never had a trial.
create function public.begin_checkout(account_id uuid, livemode boolean, product text, offer text, started_by uuid, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  started timestamptz := private.checked_time(begin_checkout.at);
  live public.checkouts;
  contract public.subscriptions;
  made public.checkouts;
  may_try boolean;
begin
  perform pg_advisory_xact_lock(hashtextextended('checkout ' || begin_checkout.account_id, 0));
  if begin_checkout.product = 'plan' then
    select s.* into contract from public.subscriptions s
    where s.account_id = begin_checkout.account_id and s.livemode = begin_checkout.livemode
      and s.status in ('trialing', 'active', 'past_due', 'unpaid', 'paused', 'incomplete', 'unknown')
    order by s.is_mirrored desc limit 1;
    if found then
      return jsonb_build_object('ok', false, 'code', 'already_subscribed', 'status', contract.status, 'plan', contract.plan_key, 'pay_url', contract.pay_url);
    end if;
  end if;
  select c.* into live from public.checkouts c
  where c.account_id = begin_checkout.account_id and c.livemode = begin_checkout.livemode
    and c.product = begin_checkout.product and c.status in ('claimed', 'open');
  if found then
    if live.offer = begin_checkout.offer and live.status = 'open' and live.expires_at > started + interval '5 minutes' then
      return jsonb_build_object('ok', true, 'code', 'open', 'id', live.id, 'session_id', live.session_id, 'url', live.url);
    end if;
    -- Stripe keeps an idempotency key for 24 hours; asking again before that ends cannot make a second session.
    if live.offer = begin_checkout.offer and live.status = 'claimed' and live.created_at > started - interval '23 hours' then
      made := live;
    else
      update public.checkouts c set status = 'replaced', closed_at = started, next_check_at = null where c.id = live.id;
    end if;
  end if;
  if made.id is null then
    insert into public.checkouts (account_id, livemode, product, offer, status, started_by, created_at, replaces)
    values (begin_checkout.account_id, begin_checkout.livemode, begin_checkout.product, begin_checkout.offer, 'claimed',
      begin_checkout.started_by, started, coalesce(live.session_id, live.replaces))
    returning * into made;
  end if;
  may_try := private.may_try(begin_checkout.account_id, begin_checkout.started_by, begin_checkout.livemode) and not exists (
    select from public.subscriptions s where s.account_id = begin_checkout.account_id and s.livemode = begin_checkout.livemode
  );
  return jsonb_build_object('ok', true, 'code', 'claimed', 'id', made.id, 'replaced_session_id', made.replaces, 'may_try', may_try);
end $$;
grant execute on function public.begin_checkout(uuid, boolean, text, text, uuid, timestamptz) to service_role;

-- Notes the session that Stripe made for a claimed checkout.
create function public.open_checkout(id uuid, session_id text, url text, expires_at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
begin
  update public.checkouts c
  set status = 'open', session_id = open_checkout.session_id, url = open_checkout.url,
      expires_at = open_checkout.expires_at, next_check_at = c.created_at + interval '2 minutes'
  where c.id = open_checkout.id and c.status = 'claimed';
  if found then
    return jsonb_build_object('ok', true, 'code', 'open');
  end if;
  update public.checkouts c set session_id = open_checkout.session_id
  where c.id = open_checkout.id and c.session_id is null;
  return (
    select jsonb_build_object('ok', c.status in ('open', 'complete') and c.session_id = open_checkout.session_id, 'code', c.status)
    from public.checkouts c where c.id = open_checkout.id
  );
end $$;
grant execute on function public.open_checkout(uuid, text, text, timestamptz) to service_role;

-- Ends a checkout, named by its own id or by Stripe's session: `complete`, `expired` or `failed`. Stripe goes on being
-- asked about one whose money is still on its way.
create function public.close_checkout(id uuid, session_id text, outcome text, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  closed timestamptz := private.checked_time(close_checkout.at);
begin
  update public.checkouts c set status = close_checkout.outcome, closed_at = coalesce(c.closed_at, closed),
    session_id = coalesce(c.session_id, close_checkout.session_id),
    next_check_at = case when exists (
      select from public.purchases p where p.session_id = coalesce(c.session_id, close_checkout.session_id) and p.status = 'pending'
    ) then coalesce(c.next_check_at, closed) end
  where (c.id = close_checkout.id or c.session_id = close_checkout.session_id)
    and (c.status in ('claimed', 'open') or (c.status in ('replaced', 'complete') and close_checkout.outcome = 'complete'));
  return jsonb_build_object('ok', true, 'code', case when found then close_checkout.outcome else 'unchanged' end);
end $$;
grant execute on function public.close_checkout(uuid, text, text, timestamptz) to service_role;

-- Checkouts that are open, or whose money is on its way, and that nothing has been heard of, so that an event that never comes is no "never". Each is asked about
-- at ever longer intervals.
create function public.claim_silent_checkouts(most integer, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  started timestamptz := private.checked_time(claim_silent_checkouts.at);
  found jsonb;
begin
  with silent as (
    update public.checkouts c set next_check_at = started + greatest(interval '2 minutes', started - c.created_at)
    where c.id in (
      select open.id from public.checkouts open
      where open.next_check_at <= started
      order by open.next_check_at limit claim_silent_checkouts.most for update skip locked
    )
    returning c.session_id
  )
  select coalesce(jsonb_agg(silent.session_id), '[]') into found from silent;
  return jsonb_build_object('ok', true, 'code', 'claimed', 'sessions', found);
end $$;
grant execute on function public.claim_silent_checkouts(integer, timestamptz) to service_role;
