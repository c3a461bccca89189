-- The confirmed person behind a personal account, past the closed schema of the auth service; null if there is none.
create function private.confirmed_person(account_id uuid) returns uuid
language sql stable security definer set search_path = '' as $$
  select u.id from public.accounts a join auth.users u on u.id = a.personal_user_id
  where a.id = confirmed_person.account_id and a.kind = 'personal' and u.email_confirmed_at is not null
$$;
grant execute on function private.confirmed_person(uuid) to service_role;

-- Gives the free allowance of a calendar month: once a person, confirmed address only, on the personal account only,
-- so that new teams mint nothing.
create function public.grant_free_month(account_id uuid, month text, amount bigint, expires_at timestamptz, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  person uuid := private.confirmed_person(grant_free_month.account_id);
begin
  if person is null then
    return jsonb_build_object('ok', false, 'code', 'not_eligible');
  end if;
  return public.grant_credits(
    account_id => grant_free_month.account_id, source => 'free', source_id => person || ':' || grant_free_month.month,
    amount => grant_free_month.amount, category => 'included', priority => 10, at => grant_free_month.at,
    expires_at => grant_free_month.expires_at
  );
end $$;
grant execute on function public.grant_free_month(uuid, text, bigint, timestamptz, timestamptz) to service_role;

-- A page of confirmed people's accounts that may be on the Free plan and have not had this month's credits, in the order of their
-- ids: all of them, or only those made since some time. Whether they are on it, the entitlement table decides.
create function public.find_free_accounts(month text, after_id uuid, made_since timestamptz, most integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(page.id order by page.id), '[]')
  from (
    select a.id from public.accounts a
    where a.kind = 'personal' and a.personal_user_id is not null
      and private.confirmed_person(a.id) is not null
      and (find_free_accounts.after_id is null or a.id > find_free_accounts.after_id)
      and (find_free_accounts.made_since is null or a.created_at >= find_free_accounts.made_since)
      and not exists (
        select from public.credit_grants g
        where g.source = 'free' and g.source_id = a.personal_user_id || ':' || find_free_accounts.month
      )
    order by a.id limit find_free_accounts.most
  ) page
$$;
grant execute on function public.find_free_accounts(text, uuid, timestamptz, integer) to service_role;

create index personal_accounts_created_at on public.accounts (created_at) where kind = 'personal';
