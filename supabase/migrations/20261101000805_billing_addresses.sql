create table public.address_changes (
  id uuid primary key default gen_random_uuid(),
  customer_id text not null references public.stripe_customers (customer_id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  livemode boolean not null,
  former text not null,
  outcome text,
  next_attempt_at timestamptz,
  changed_at timestamptz not null,
  constraint a_change_is_due_until_it_has_an_outcome check ((outcome is null) = (next_attempt_at is not null)),
  constraint an_outcome_is_known check (outcome in ('followed', 'other_address', 'gone'))
);
comment on table public.address_changes is 'Addresses that people have changed, one row for each Stripe customer of their accounts: where Stripe writes to the former one, it is to write to the present one.';
create index address_changes_due on public.address_changes (next_attempt_at) where next_attempt_at is not null;
create index address_changes_customer_id on public.address_changes (customer_id);
create index address_changes_user_id on public.address_changes (user_id);

alter table public.address_changes enable row level security;
grant select, insert, update, delete on public.address_changes to service_role;

-- A person has another address: whatever they may have bought for is to be asked about at Stripe.
create function private.note_address_change() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.address_changes (customer_id, user_id, livemode, former, next_attempt_at, changed_at)
  select c.customer_id, new.id, c.livemode, lower(old.email), now(), now()
  from public.memberships m join public.stripe_customers c on c.account_id = m.account_id and c.deleted_at is null
  where m.user_id = new.id;
  return new;
end $$;

create trigger note_address_change after update of email on auth.users
  for each row when (old.email is not null and new.deleted_at is null and lower(old.email) is distinct from lower(new.email))
  execute function private.note_address_change();

-- Claims changes for ten minutes, with the address that the person has now.
create function public.claim_address_changes(livemode boolean, most integer, at timestamptz) returns jsonb
language sql security definer set search_path = '' as $$
  with due as (
    select c.id from public.address_changes c
    where c.next_attempt_at <= claim_address_changes.at and c.livemode = claim_address_changes.livemode
    order by c.next_attempt_at limit claim_address_changes.most for update skip locked
  ), claimed as (
    update public.address_changes c set next_attempt_at = private.checked_time(claim_address_changes.at) + interval '10 minutes'
    from due where c.id = due.id returning c.*
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', c.id, 'customer_id', c.customer_id, 'former', c.former, 'present', u.email) order by c.changed_at, c.id), '[]')
  from claimed c join auth.users u on u.id = c.user_id
$$;
grant execute on function public.claim_address_changes(boolean, integer, timestamptz) to service_role;

-- Notes what became of a change. The first outcome stays.
create function public.finish_address_change(change_id uuid, outcome text) returns jsonb
language plpgsql set search_path = '' as $$
begin
  update public.address_changes c set outcome = finish_address_change.outcome, next_attempt_at = null
  where c.id = finish_address_change.change_id and c.outcome is null;
  return jsonb_build_object('ok', true, 'code', case when found then 'finished' else 'known' end);
end $$;
grant execute on function public.finish_address_change(uuid, text) to service_role;
