-- Answers { ok: false, code: 'not_permitted' | 'invalid_name' } without a change.
create function public.rename_account(account_id uuid, user_id uuid, name text) returns jsonb
language plpgsql set search_path = '' as $$
begin
  if not private.may_manage(rename_account.account_id, rename_account.user_id) then
    return jsonb_build_object('ok', false, 'code', 'not_permitted');
  end if;
  if char_length(btrim(rename_account.name)) not between 1 and 80 then
    return jsonb_build_object('ok', false, 'code', 'invalid_name');
  end if;
  update public.accounts a set name = btrim(rename_account.name) where a.id = rename_account.account_id;
  return jsonb_build_object('ok', true, 'code', 'renamed');
end $$;
grant execute on function public.rename_account(uuid, uuid, text) to service_role;

-- Makes a team that belongs to a person. Answers { ok: false, code: 'invalid_name' | 'too_many_teams' } without a change;
-- one person owns at most 10 teams.
create function public.create_team(user_id uuid, name text) returns jsonb
language plpgsql set search_path = '' as $$
declare
  account_id uuid;
begin
  if char_length(btrim(create_team.name)) not between 1 and 80 then
    return jsonb_build_object('ok', false, 'code', 'invalid_name');
  end if;
  perform pg_advisory_xact_lock(hashtextextended('create_team ' || create_team.user_id, 0));
  if (select count(*) from public.memberships m join public.accounts a on a.id = m.account_id
      where m.user_id = create_team.user_id and m.role = 'owner' and a.kind = 'team') >= 10 then
    return jsonb_build_object('ok', false, 'code', 'too_many_teams');
  end if;
  insert into public.accounts (kind, name) values ('team', btrim(create_team.name)) returning id into account_id;
  insert into public.memberships (account_id, user_id, role) values (account_id, create_team.user_id, 'owner');
  return jsonb_build_object('ok', true, 'code', 'created', 'account_id', account_id);
end $$;
grant execute on function public.create_team(uuid, text) to service_role;

-- Who belongs to an account, with the addresses that only the auth schema knows. Answers nothing to those who do not.
create function public.read_members(account_id uuid, user_id uuid)
returns table (member_id uuid, email text, name text, role text, joined_at timestamptz)
language sql stable security definer set search_path = '' as $$
  select m.user_id, u.email::text, u.raw_user_meta_data ->> 'name', m.role, m.created_at
  from public.memberships m join auth.users u on u.id = m.user_id
  where m.account_id = read_members.account_id and exists (
    select from public.memberships own
    where own.account_id = read_members.account_id and own.user_id = read_members.user_id
  )
  order by array_position(array['owner', 'admin', 'member'], m.role), m.created_at
$$;
grant execute on function public.read_members(uuid, uuid) to service_role;
