create table public.accounts (
  id uuid primary key default gen_random_uuid(),
  kind text not null,
  name text not null,
  personal_user_id uuid unique references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  constraint an_account_is_personal_or_team check (kind in ('personal', 'team')),
  constraint a_team_belongs_to_no_single_person check (kind = 'personal' or personal_user_id is null),
  constraint a_name_has_1_to_80_characters check (char_length(btrim(name)) between 1 and 80)
);
comment on table public.accounts is 'Who pays and owns credits: one personal account for each person, and teams.';

create table public.memberships (
  account_id uuid not null references public.accounts (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null,
  created_at timestamptz not null default now(),
  primary key (account_id, user_id),
  constraint a_role_is_owner_admin_or_member check (role in ('owner', 'admin', 'member'))
);
comment on table public.memberships is 'Who may act for which account, and as what.';
create index memberships_user_id on public.memberships (user_id);

create table public.platform_admins (
  user_id uuid primary key references auth.users (id) on delete cascade,
  created_at timestamptz not null default now()
);
comment on table public.platform_admins is 'The founders: people who may see and mend every account.';

-- Answers whether the signed-in person belongs to the account, in one of the roles if any are named.
-- It reads memberships past their own policies, which would otherwise ask themselves for ever.
create function private.is_member(account_id uuid, roles text[] default array['owner', 'admin', 'member'])
returns boolean language sql stable security definer set search_path = '' as $$
  select exists (
    select from public.memberships m
    where m.account_id = is_member.account_id and m.user_id = (select auth.uid()) and m.role = any (is_member.roles)
  )
$$;
grant execute on function private.is_member(uuid, text[]) to authenticated, service_role;

-- Answers whether a person may manage an account: buy for it, rename it, make and revoke its keys.
create function private.may_manage(account_id uuid, user_id uuid) returns boolean
language sql stable set search_path = '' as $$
  select exists (
    select from public.memberships m
    where m.account_id = may_manage.account_id and m.user_id = may_manage.user_id and m.role in ('owner', 'admin')
  )
$$;
grant execute on function private.may_manage(uuid, uuid) to service_role;

alter table public.accounts enable row level security;
alter table public.memberships enable row level security;
alter table public.platform_admins enable row level security;

create policy "members read their accounts" on public.accounts
  for select to authenticated using (private.is_member(id));
create policy "members read who else belongs to their accounts" on public.memberships
  for select to authenticated using (private.is_member(account_id));
create policy "admins know that they are admins" on public.platform_admins
  for select to authenticated using (user_id = (select auth.uid()));

grant select on public.accounts, public.memberships, public.platform_admins to authenticated;
grant select, insert, update, delete on public.accounts, public.memberships, public.platform_admins to service_role;

-- A person's own account is created with the person, in the same transaction.
create function private.create_personal_account() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  account_id uuid;
begin
  insert into public.accounts (kind, name, personal_user_id)
  values ('personal', left(coalesce(nullif(btrim(new.raw_user_meta_data ->> 'name'), ''), split_part(new.email, '@', 1), 'Personal'), 80), new.id)
  returning id into account_id;
  insert into public.memberships (account_id, user_id, role) values (account_id, new.id, 'owner');
  return new;
end $$;

create trigger create_personal_account after insert on auth.users
  for each row execute function private.create_personal_account();
