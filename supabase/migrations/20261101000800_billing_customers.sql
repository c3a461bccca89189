create table public.stripe_customers (
  customer_id text primary key,
  account_id uuid not null references public.accounts (id),
  livemode boolean not null,
  created_at timestamptz not null,
  deleted_at timestamptz
);
comment on table public.stripe_customers is 'Stripe''s mirror of an account. We make the customer ourselves, one for each account and mode; whatever Stripe sends about any other customer is none of ours.';
create unique index one_customer_an_account on public.stripe_customers (account_id, livemode) where deleted_at is null;

create table public.stripe_customer_leases (
  customer_id text primary key,
  lease uuid not null,
  leased_until timestamptz not null
);
comment on table public.stripe_customer_leases is 'Who may fetch a customer from Stripe and write what came back. Without it two handlers could fetch in one order and write in the other.';

alter table public.stripe_customers enable row level security;
alter table public.stripe_customer_leases enable row level security;
create policy "members read their account's customer" on public.stripe_customers
  for select to authenticated using (private.is_member(account_id));
grant select on public.stripe_customers to authenticated;
grant select, insert, update, delete on public.stripe_customers to service_role;
grant select, insert, update, delete on public.stripe_customer_leases to service_role;

-- Answers whether the customer is ours alone until then. A lease that is over, or our own, is taken again.
create function private.take_customer(customer_id text, lease uuid, leased_until timestamptz, at timestamptz) returns boolean
language sql set search_path = '' as $$
  with taken as (
    insert into public.stripe_customer_leases as held (customer_id, lease, leased_until)
    values (take_customer.customer_id, take_customer.lease, take_customer.leased_until)
    on conflict on constraint stripe_customer_leases_pkey do update
      set lease = take_customer.lease, leased_until = take_customer.leased_until
      where held.leased_until <= take_customer.at or held.lease = take_customer.lease
    returning 1
  )
  select exists (select from taken)
$$;
grant execute on function private.take_customer(text, uuid, timestamptz, timestamptz) to service_role;

-- Answers whether a lease still holds, and keeps it so until the transaction ends: what a handler fetched before
-- somebody else took over must not be written any more.
create function private.holds_customer(customer_id text, lease uuid) returns boolean
language plpgsql set search_path = '' as $$
begin
  perform from public.stripe_customer_leases held
  where held.customer_id = holds_customer.customer_id and held.lease = holds_customer.lease for share;
  return found;
end $$;
grant execute on function private.holds_customer(text, uuid) to service_role;

create function public.claim_customer(customer_id text, lease uuid, lease_seconds integer, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  started timestamptz := private.checked_time(claim_customer.at);
begin
  if private.take_customer(claim_customer.customer_id, claim_customer.lease, started + make_interval(secs => lease_seconds), started) then
    return jsonb_build_object('ok', true, 'code', 'claimed');
  end if;
  return jsonb_build_object('ok', false, 'code', 'busy');
end $$;
grant execute on function public.claim_customer(text, uuid, integer, timestamptz) to service_role;

create function public.release_customer(customer_id text, lease uuid) returns jsonb
language plpgsql set search_path = '' as $$
begin
  delete from public.stripe_customer_leases held
  where held.customer_id = release_customer.customer_id and held.lease = release_customer.lease;
  return jsonb_build_object('ok', true, 'code', 'released');
end $$;
grant execute on function public.release_customer(text, uuid) to service_role;

-- Which customer an account has, and how many it had before; the number makes the next one's idempotency key.
create function public.find_customer(account_id uuid, livemode boolean) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'customer_id', max(c.customer_id) filter (where c.deleted_at is null),
    'former', count(*) filter (where c.deleted_at is not null)
  )
  from public.stripe_customers c
  where c.account_id = find_customer.account_id and c.livemode = find_customer.livemode
$$;
grant execute on function public.find_customer(uuid, boolean) to service_role;

-- Whose customer it is, and whether Stripe has it no more.
create function public.find_customer_account(customer_id text, livemode boolean) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('account_id', max(c.account_id::text), 'is_former', coalesce(bool_or(c.deleted_at is not null), false))
  from public.stripe_customers c
  where c.customer_id = find_customer_account.customer_id and c.livemode = find_customer_account.livemode
$$;
grant execute on function public.find_customer_account(text, boolean) to service_role;

-- Keeps the first customer that was made for an account, and answers the one that counts. A new one after others that
-- were deleted is the end of what founders were told of those.
create function public.save_customer(account_id uuid, customer_id text, livemode boolean, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  saved_at timestamptz := private.checked_time(save_customer.at);
  kept text;
begin
  insert into public.stripe_customers (customer_id, account_id, livemode, created_at)
  values (save_customer.customer_id, save_customer.account_id, save_customer.livemode, saved_at)
  on conflict do nothing;
  if found then
    perform private.settle_alert('customer_deleted', former.customer_id, former.livemode, saved_at)
    from public.stripe_customers former
    where former.account_id = save_customer.account_id and former.livemode = save_customer.livemode and former.deleted_at is not null;
  end if;
  select c.customer_id into kept from public.stripe_customers c
  where c.account_id = save_customer.account_id and c.livemode = save_customer.livemode and c.deleted_at is null;
  return jsonb_build_object('ok', true, 'code', case when kept = save_customer.customer_id then 'saved' else 'exists' end, 'customer_id', kept);
end $$;
grant execute on function public.save_customer(uuid, text, boolean, timestamptz) to service_role;

-- Remembers that Stripe has a customer no more, so that the next checkout makes a new one and no plan of it is waited for
-- any more, and tells founders, who may not have meant it.
create function public.forget_customer(customer_id text, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  forgotten_at timestamptz := private.checked_time(forget_customer.at);
  former public.stripe_customers;
begin
  update public.stripe_customers c set deleted_at = forgotten_at
  where c.customer_id = forget_customer.customer_id and c.deleted_at is null returning * into former;
  if former.customer_id is null then
    return jsonb_build_object('ok', true, 'code', 'unknown_customer');
  end if;
  update public.subscription_endings e set closed_at = forgotten_at, outcome = 'ended_elsewhere', next_attempt_at = null
  where e.customer_id = former.customer_id and e.closed_at is null;
  perform private.raise_alert('customer_deleted', former.customer_id, former.account_id, former.livemode, jsonb_build_object(
    'customer', former.customer_id, 'owed_cents', (
      select sum(i.due_cents) from public.invoices i where i.customer_id = former.customer_id and i.status in ('open', 'uncollectible')
    ), 'currency', (
      select max(i.currency) from public.invoices i where i.customer_id = former.customer_id and i.status in ('open', 'uncollectible')
    )
  ), forgotten_at);
  return jsonb_build_object('ok', true, 'code', 'forgotten');
end $$;
grant execute on function public.forget_customer(text, timestamptz) to service_role;
