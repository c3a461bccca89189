-- The ledger's tables. Nobody writes them but the functions of the files that follow, under the lock of the balance; so
-- what they write on every call needs no foreign key, and an account with a history cannot be deleted. Postgres reads a
-- table's checks anew for every statement, so the tables of the common paths have few, and no domains.
create table public.credit_balances (
  account_id uuid primary key references public.accounts (id) on delete cascade,
  total bigint not null default 0,
  reserved bigint not null default 0,
  debt bigint not null default 0,
  ending bigint not null default 0,
  current_grant_id uuid,
  current_remaining bigint not null default 0,
  next_change_at timestamptz not null default 'infinity',
  as_of timestamptz,
  frozen_at timestamptz,
  overage_cap bigint,
  overage_starts_at timestamptz,
  overage_ends_at timestamptz,
  overage_used bigint not null default 0,
  overage_before bigint not null default 0,
  overage_reserved bigint not null default 0,
  low_credit_percent smallint not null default 20,
  low_credit_threshold bigint,
  low_credit_armed boolean not null default false,
  low_credit_crossings integer not null default 0,
  low_credit_crossed_at timestamptz,
  constraint reserved_credits_are_there check (total >= reserved),
  constraint ending_credits_are_covered_by_reservations check (reserved >= ending),
  constraint nothing_is_available_while_there_is_debt check (debt = 0 or total = reserved),
  constraint nothing_is_negative check (least(ending, debt, current_remaining, overage_used, overage_reserved) >= 0),
  constraint every_count_fits_json check (greatest(total, debt, overage_before + overage_used) <= 9007199254740991)
) with (fillfactor = 50);
comment on table public.credit_balances is 'One row an account: what it can spend, with the grant now being spent cached, so that spending changes this row alone. total counts unexpired credits not yet spent; ending those of grants that are over but covered by open reservations. overage_cap is the owner''s choice; null means that nobody has chosen, and then the permission alone decides. No column a deduct changes is indexed.';

create table public.credit_grants (
  id uuid primary key default gen_random_uuid(),
  seq bigint generated always as identity,
  account_id uuid not null references public.accounts (id),
  source text not null,
  source_id text not null,
  arguments_hash uuid not null,
  category text not null,
  priority smallint not null,
  amount public.credit_count not null,
  remaining public.credit_count not null,
  ended public.credit_count not null default 0,
  clawed public.credit_count not null default 0,
  clawed_own public.credit_count not null default 0,
  reinstated public.credit_count not null default 0,
  state text not null,
  effective_at timestamptz not null,
  expires_at timestamptz,
  activated_at timestamptz,
  voided_at timestamptz,
  clawed_at timestamptz,
  paid_cents bigint,
  currency text,
  livemode boolean,
  paid_at timestamptz,
  granted_at timestamptz not null,
  constraint a_source_grants_once unique (source, source_id),
  constraint a_grant_is_of_at_least_1_credit check (amount >= 1),
  constraint a_grant_is_included_paid_or_promotional check (category in ('included', 'paid', 'promotional')),
  constraint a_priority_is_10_or_20 check (priority in (10, 20)),
  constraint a_grant_begins_before_it_ends check (expires_at > effective_at),
  constraint a_grant_has_a_known_state check (state in ('scheduled', 'open', 'ending', 'closed')),
  constraint only_a_closed_grant_has_nothing_left check ((state = 'closed') = (remaining = 0)),
  constraint a_grant_is_active_unless_it_is_scheduled check (state in ('scheduled', 'closed') or activated_at is not null),
  constraint no_more_is_left_or_ended_than_was_granted check (remaining + ended <= amount),
  constraint no_more_is_reinstated_than_was_clawed check (reinstated <= clawed),
  constraint what_came_from_itself_is_part_of_what_was_clawed check (clawed_own <= clawed),
  constraint what_was_paid_has_a_currency check ((paid_cents is null) = (currency is null) and paid_cents >= 0),
  constraint what_was_paid_has_a_time check ((paid_cents is null) = (paid_at is null))
);
comment on table public.credit_grants is 'Credits given, each with its source and perhaps an end. remaining of the grant now being spent lags behind; credit_grants_now overlays the cached remainder. ended is what expired or was voided, clawed what was taken back for it from anywhere, clawed_own the part that it had left itself. paid_cents is without tax, and comes with the money: an allowance that begins before its invoice is paid gets it later. livemode says of which mode of Stripe the money is; null where no payment named it.';
create index credit_grants_in_use on public.credit_grants (account_id, priority, expires_at, effective_at, seq) where state <> 'closed';
create index credit_grants_to_end on public.credit_grants (expires_at) where state = 'open' and expires_at is not null;
create index credit_grants_booked_at on public.credit_grants ((coalesce(paid_at, granted_at)));
create index credit_grants_to_begin on public.credit_grants (effective_at) where state = 'scheduled';

create type public.credit_operation as enum ('grant', 'spend', 'expire', 'void', 'claw_back', 'reinstate', 'repay');

create table public.credit_forfeits (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null,
  grant_id uuid not null,
  operation public.credit_operation not null,
  credits public.credit_count not null,
  recorded_at timestamptz not null
);
comment on table public.credit_forfeits is 'What grants lost before they began, voided or clawed back: it was never in a balance, so no entry tells of it, and its money has to be booked all the same.';
create index credit_forfeits_recorded_at on public.credit_forfeits (recorded_at);
create index credit_forfeits_grant_id on public.credit_forfeits (grant_id);
create type public.reservation_state as enum ('open', 'settled', 'released', 'expired');

create sequence public.credit_entries_seq;
create table public.credit_entries (
  account_id uuid not null,
  id uuid not null,
  operation public.credit_operation not null,
  key text,
  arguments_hash uuid,
  requested bigint,
  credits bigint not null,
  overage_credits bigint not null default 0,
  debt_credits bigint not null default 0,
  grant_ids uuid[] not null default '{}',
  grant_amounts bigint[] not null default '{}',
  balance_after bigint not null,
  reserved_after bigint not null,
  overage_used_after bigint not null,
  low_after boolean not null,
  feature text,
  model text,
  has_usage_event boolean not null,
  happened_at timestamptz not null,
  recorded_at timestamptz not null,
  seq bigint not null default nextval('public.credit_entries_seq'),
  primary key (account_id, id),
  constraint every_grant_drawn_has_an_amount check (cardinality(grant_ids) = cardinality(grant_amounts))
);
comment on table public.credit_entries is 'Every posted change of an account, append-only. credits is the signed change of balance_after, which is total less debt; grant_ids and grant_amounts say exactly which grants it came from or went to. seq is their order within an account. One index only, since this table grows without end: read it by account, or by the time of recording, which rows are stored in the order of.';
create index credit_entries_recorded_at on public.credit_entries using brin (recorded_at) with (pages_per_range = 32, autosummarize = on);

alter sequence public.credit_entries_seq owned by public.credit_entries.seq;

create table public.credit_reservations (
  account_id uuid not null,
  id uuid not null,
  key text not null,
  arguments_hash uuid not null,
  amount bigint not null,
  overage bigint not null,
  overage_permitted bigint not null,
  available_after bigint not null,
  feature text,
  state public.reservation_state not null default 'open',
  expires_at timestamptz not null,
  used_so_far bigint not null default 0,
  settled_amount bigint,
  closed_at timestamptz,
  answer jsonb,
  reserved_at timestamptz not null,
  primary key (account_id, id),
  constraint overage_is_a_part_of_at_least_1_credit check (amount >= 1 and overage between 0 and amount),
  constraint closed_exactly_when_not_open check ((state = 'open') = (closed_at is null)),
  constraint settled_exactly_when_settled_or_expired check ((state in ('settled', 'expired')) = (settled_amount is not null))
) with (fillfactor = 80);
comment on table public.credit_reservations is 'Credits set aside for calls that run. A reservation holds an amount, never grants. used_so_far is what its heartbeats said, and what expiry settles it at.';
create index credit_reservations_open on public.credit_reservations (account_id, expires_at) where state = 'open';

create table public.credit_operations (
  account_id uuid not null,
  operation text not null,
  key text not null,
  arguments_hash uuid not null,
  answer jsonb not null,
  happened_at timestamptz not null,
  primary key (account_id, operation, key)
);
comment on table public.credit_operations is 'The first answers of the rare operations (void, claw back, reinstate, freeze), so that asking again is answered alike.';

alter table public.credit_balances enable row level security;
alter table public.credit_grants enable row level security;
alter table public.credit_entries enable row level security;
alter table public.credit_forfeits enable row level security;
alter table public.credit_reservations enable row level security;
alter table public.credit_operations enable row level security;

create policy "members read their balance" on public.credit_balances
  for select to authenticated using (account_id = any ((select private.member_accounts())::uuid[]));
create policy "members read their entries" on public.credit_entries
  for select to authenticated using (account_id = any ((select private.member_accounts())::uuid[]));

grant select on public.credit_balances to authenticated;
grant select on public.credit_entries to authenticated;
grant select on public.credit_balances to service_role;
grant select on public.credit_entries to service_role;
grant select on public.credit_grants to service_role;
grant select on public.credit_forfeits to service_role;
grant select on public.credit_reservations to service_role;
grant select on public.credit_operations to service_role;

-- An account has its balance from the moment it exists, so no first use can race with another.
create function private.open_balance() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.credit_balances (account_id) values (new.id);
  return new;
end $$;
create trigger open_balance after insert on public.accounts
  for each row execute function private.open_balance();

create function private.keep_history() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from public.credit_entries e where e.account_id = old.account_id)
    or exists (select from public.usage_events u where u.account_id = old.account_id)
    or exists (select from public.credit_reservations r where r.account_id = old.account_id)
  then
    raise exception 'account % has a history, which has to be kept', old.account_id using errcode = 'PT409';
  end if;
  return old;
end $$;
create trigger keep_history before delete on public.credit_balances
  for each row execute function private.keep_history();
