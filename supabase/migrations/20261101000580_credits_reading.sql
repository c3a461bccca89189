-- What people and pages read.

-- An account's grants that are still in use, with the cached remainder of the one now being spent.
create function private.grants_now(account_id uuid, current_grant_id uuid, current_remaining bigint)
returns table (
  id uuid, source text, source_id text, category text, priority smallint, amount bigint, remaining bigint, state text,
  effective_at timestamptz, expires_at timestamptz, paid_cents bigint, currency text, granted_at timestamptz, spending_order bigint
)
language sql stable security definer set search_path = '' as $$
  select g.id, g.source, g.source_id, g.category, g.priority, g.amount,
    case when g.id = grants_now.current_grant_id and g.state = 'open' then grants_now.current_remaining else g.remaining end,
    g.state, g.effective_at, g.expires_at, g.paid_cents, g.currency, g.granted_at,
    row_number() over (order by g.state = 'scheduled', g.state <> 'ending', g.priority, g.expires_at, g.effective_at, g.seq)
  from public.credit_grants g
  where g.account_id = grants_now.account_id and g.state <> 'closed'
    and ((select auth.uid()) is null or private.is_member(grants_now.account_id))
$$;
grant execute on function private.grants_now(uuid, uuid, bigint) to authenticated;
grant execute on function private.grants_now(uuid, uuid, bigint) to service_role;

create view public.credit_grants_now with (security_invoker = true) as
select b.account_id, g.*
from public.credit_balances b
cross join lateral private.grants_now(b.account_id, b.current_grant_id, b.current_remaining) g;
comment on view public.credit_grants_now is 'The grants still in use of the accounts one may see, with what is left of each, in spending order. ending ones are over, but open reservations still cover them.';
grant select on public.credit_grants_now to authenticated;
grant select on public.credit_grants_now to service_role;

-- Applies what is due before somebody looks. A signed-in person may only do it to their own accounts.
create function private.bring_up_to_date(account_id uuid, at timestamptz) returns void
language plpgsql security definer set search_path = '' as $$
begin
  if (select auth.uid()) is not null and not private.is_member(bring_up_to_date.account_id) then
    raise exception 'this account is not yours' using errcode = 'PT403';
  end if;
  perform private.lock_balance(bring_up_to_date.account_id, private.checked_time(bring_up_to_date.at));
end $$;
grant execute on function private.bring_up_to_date(uuid, timestamptz) to authenticated;
grant execute on function private.bring_up_to_date(uuid, timestamptz) to service_role;

-- What an account has and from where. It runs with the reader's own rights, so that nobody sees another's account.
create function public.credit_summary(account_id uuid, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  balance public.credit_balances;
begin
  select * into balance from public.credit_balances b where b.account_id = credit_summary.account_id;
  if not found then return jsonb_build_object('ok', false, 'code', 'unknown_account'); end if;
  if balance.next_change_at <= credit_summary.at then
    perform private.bring_up_to_date(balance.account_id, credit_summary.at);
    select * into balance from public.credit_balances b where b.account_id = credit_summary.account_id;
  end if;
  return jsonb_build_object(
    'ok', true, 'total', balance.total, 'reserved', balance.reserved, 'available', balance.total - balance.reserved,
    'debt', balance.debt, 'overage_used', balance.overage_used, 'overage_cap', balance.overage_cap, 'overage_starts_at', balance.overage_starts_at, 'overage_ends_at', balance.overage_ends_at,
    'frozen', balance.frozen_at is not null, 'low_credit_threshold', balance.low_credit_threshold,
    'is_low', coalesce(balance.total <= balance.low_credit_threshold, false),
    'grants', (
      select coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'source', g.source, 'category', g.category, 'amount', g.amount,
        'remaining', g.remaining, 'priority', g.priority, 'effective_at', g.effective_at, 'expires_at', g.expires_at) order by g.spending_order), '[]')
      from public.credit_grants_now g where g.account_id = balance.account_id),
    'next_expiry_at', (
      select min(g.expires_at) from public.credit_grants_now g where g.account_id = balance.account_id and g.state = 'open'));
end $$;
grant execute on function public.credit_summary(uuid, timestamptz) to authenticated;
grant execute on function public.credit_summary(uuid, timestamptz) to service_role;
