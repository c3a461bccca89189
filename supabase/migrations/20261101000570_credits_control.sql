-- What stops spending, limits it, and brings quiet accounts up to date.

-- Stops an account from spending, or lets it spend again. Bought credits do not expire meanwhile, and have at least 30
-- days after. Answers { ok, code: 'frozen' | 'unfrozen' | 'duplicate' }.
create function public.freeze_credits(account_id uuid, frozen boolean, key text, at timestamptz) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(freeze_credits.at);
  hash constant uuid := private.fingerprint(coalesce(freeze_credits.frozen, false)::text);
  balance public.credit_balances;
  answer jsonb;
begin
  if private.key_problem(key) is not null then return private.refusal('invalid_key', private.key_problem(key)); end if;
  balance := private.lock_balance(freeze_credits.account_id, checked_at);
  if balance.account_id is null then return private.refusal('unknown_account'); end if;
  answer := private.first_answer(balance.account_id, 'freeze', freeze_credits.key, hash);
  if answer is not null then return answer; end if;

  if coalesce(freeze_credits.frozen, false) then
    balance.frozen_at := coalesce(balance.frozen_at, balance.as_of);
  elsif balance.frozen_at is not null then
    balance.frozen_at := null;
    update public.credit_grants g set expires_at = greatest(g.expires_at, balance.as_of + interval '30 days')
    where g.account_id = balance.account_id and g.state = 'open' and g.category = 'paid' and g.expires_at is not null;
    balance := private.choose_current(balance);
  end if;
  balance.next_change_at := coalesce((select min(c.due_at) from private.coming_changes(balance) c), 'infinity');
  return private.remember(balance, 'freeze', freeze_credits.key, hash,
    jsonb_build_object('ok', true, 'code', case when balance.frozen_at is null then 'unfrozen' else 'frozen' end));
end $$;
grant execute on function public.freeze_credits(uuid, boolean, text, timestamptz) to service_role;

-- Sets the owner's cap on overage and the period it counts in; null keeps either. A later period starts from 0 used,
-- an earlier one is a message that came late and changes nothing. Answers { ok, code, cap, used, starts_at, ends_at }.
create function public.set_overage(
  account_id uuid, at timestamptz, cap bigint default null,
  period_starts_at timestamptz default null, period_ends_at timestamptz default null
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(set_overage.at);
  balance public.credit_balances;
begin
  if cap not between 0 and 9007199254740991 then return private.refusal('invalid_amount'); end if;
  if (period_starts_at is null) <> (period_ends_at is null) or period_ends_at <= period_starts_at
    or not coalesce(isfinite(period_starts_at) and isfinite(period_ends_at), true)
  then
    return private.refusal('invalid_period', 'a period begins before it ends');
  end if;
  balance := private.lock_balance(set_overage.account_id, checked_at);
  if balance.account_id is null then return private.refusal('unknown_account'); end if;

  balance.overage_cap := coalesce(cap, balance.overage_cap);
  if period_starts_at >= coalesce(balance.overage_starts_at, period_starts_at) then
    if period_starts_at is distinct from balance.overage_starts_at then
      balance.overage_before := balance.overage_before + balance.overage_used;
      balance.overage_used := 0;
    end if;
    balance.overage_starts_at := period_starts_at;
    balance.overage_ends_at := period_ends_at;
    balance.next_change_at := least(balance.next_change_at, period_ends_at);
    balance := private.apply_due(balance);
  end if;
  perform private.save_balance(balance);
  return jsonb_build_object('ok', true, 'code', 'set', 'cap', balance.overage_cap, 'used', balance.overage_used,
    'starts_at', balance.overage_starts_at, 'ends_at', balance.overage_ends_at);
end $$;
grant execute on function public.set_overage(uuid, timestamptz, bigint, timestamptz, timestamptz) to service_role;

create table public.overage_choices (
  id bigint generated always as identity primary key,
  account_id uuid not null references public.accounts (id) on delete cascade,
  cap bigint not null,
  chosen_by uuid references auth.users (id) on delete set null,
  chosen_at timestamptz not null,
  constraint a_cap_is_a_number_of_credits check (cap between 0 and 9007199254740991)
);
comment on table public.overage_choices is 'Every cap on overage that an owner or admin chose, with who and when: what an invoice for overage rests on. 0 is off, 9007199254740991 the plan''s maximum.';
create index overage_choices_account_id on public.overage_choices (account_id, id desc);
alter table public.overage_choices enable row level security;
create policy "members read the caps that were chosen" on public.overage_choices
  for select to authenticated using (account_id = any ((select private.member_accounts())::uuid[]));
grant select on public.overage_choices to authenticated;
grant select, insert, update, delete on public.overage_choices to service_role;

-- Sets the cap in somebody's name and remembers the choice. Choosing what holds already is no new choice.
create function public.choose_overage(account_id uuid, cap bigint, chosen_by uuid, at timestamptz) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  answer jsonb;
begin
  if cap is null then return private.refusal('invalid_amount'); end if;
  answer := public.set_overage(account_id => choose_overage.account_id, at => choose_overage.at, cap => choose_overage.cap);
  if (answer ->> 'ok')::boolean then
    insert into public.overage_choices (account_id, cap, chosen_by, chosen_at)
    select choose_overage.account_id, choose_overage.cap, choose_overage.chosen_by, private.checked_time(choose_overage.at)
    where choose_overage.cap is distinct from (
      select c.cap from public.overage_choices c where c.account_id = choose_overage.account_id order by c.id desc limit 1
    );
  end if;
  return answer;
end $$;
grant execute on function public.choose_overage(uuid, bigint, uuid, timestamptz) to service_role;

-- Brings up to date the accounts that have something due and that nobody has touched. Safe to run twice at once: a busy
-- account brings itself up to date. At most 1,000 a call, since each holds a lock until its end. One account that cannot be is named, and does not hold up the others.
create function public.expire_credits(most integer, at timestamptz) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(expire_credits.at);
  due record;
  done integer := 0;
  failed jsonb := '[]';
begin
  for due in
    select distinct found.account_id from (
      select g.account_id from public.credit_grants g
      join public.credit_balances b on b.account_id = g.account_id
      where g.state = 'open' and g.expires_at <= checked_at and (b.frozen_at is null or g.category <> 'paid')
      union all
      select g.account_id from public.credit_grants g where g.state = 'scheduled' and g.effective_at <= checked_at
      union all
      select r.account_id from public.credit_reservations r where r.state = 'open' and r.expires_at <= checked_at
    ) found order by 1 limit least(expire_credits.most, 1000)
  loop
    continue when not pg_try_advisory_xact_lock(hashtextextended(due.account_id::text, 20));
    begin
      perform private.lock_balance(due.account_id, checked_at);
      done := done + 1;
    exception when others then
      failed := failed || jsonb_build_object('account_id', due.account_id, 'message', sqlerrm);
    end;
  end loop;
  return jsonb_build_object('ok', true, 'code', 'swept', 'accounts', done, 'failed', failed);
end $$;
grant execute on function public.expire_credits(integer, timestamptz) to service_role;
