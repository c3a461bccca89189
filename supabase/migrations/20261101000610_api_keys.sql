create table public.api_keys (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null references public.accounts (id) on delete cascade,
  name text not null,
  prefix text not null,
  key_hash text not null,
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  revoked_at timestamptz,
  constraint a_key_is_stored_as_a_sha256_hash check (key_hash ~ '^[0-9a-f]{64}$'),
  constraint a_key_is_unique unique (key_hash),
  constraint a_key_name_has_1_to_60_characters check (char_length(btrim(name)) between 1 and 60),
  constraint a_prefix_does_not_give_the_key_away check (char_length(prefix) <= 12)
);
comment on table public.api_keys is 'Keys by which an account''s own programs report use. Only a hash is kept; the key is shown once.';
create index api_keys_account_id on public.api_keys (account_id);

alter table public.api_keys enable row level security;
create policy "owners and admins read the keys of their accounts" on public.api_keys
  for select to authenticated using (private.is_member(account_id, array['owner', 'admin']));
grant select (id, account_id, name, prefix, created_by, created_at, last_used_at, revoked_at) on public.api_keys to authenticated;
grant select, insert, update, delete on public.api_keys to service_role;

-- Answers { ok: false, code: 'not_permitted' | 'too_many_keys' } without a change; an account has at most 20 live keys.
create function public.create_api_key(account_id uuid, user_id uuid, name text, prefix text, key_hash text, at timestamptz)
returns jsonb language plpgsql set search_path = '' as $$
declare
  key_id uuid;
begin
  if not private.may_manage(create_api_key.account_id, create_api_key.user_id) then
    return jsonb_build_object('ok', false, 'code', 'not_permitted');
  end if;
  perform from public.accounts a where a.id = create_api_key.account_id for no key update;
  if (select count(*) from public.api_keys k where k.account_id = create_api_key.account_id and k.revoked_at is null) >= 20 then
    return jsonb_build_object('ok', false, 'code', 'too_many_keys');
  end if;
  insert into public.api_keys (account_id, name, prefix, key_hash, created_by, created_at)
  values (create_api_key.account_id, btrim(create_api_key.name), create_api_key.prefix, create_api_key.key_hash,
    create_api_key.user_id, private.checked_time(create_api_key.at))
  returning id into key_id;
  return jsonb_build_object('ok', true, 'code', 'created', 'key_id', key_id);
end $$;
grant execute on function public.create_api_key(uuid, uuid, text, text, text, timestamptz) to service_role;

-- Revokes a key for good; again is no error. Answers { ok: false, code: 'not_permitted' | 'unknown_key' } otherwise.
create function public.revoke_api_key(account_id uuid, user_id uuid, key_id uuid, at timestamptz)
returns jsonb language plpgsql set search_path = '' as $$
begin
  if not private.may_manage(revoke_api_key.account_id, revoke_api_key.user_id) then
    return jsonb_build_object('ok', false, 'code', 'not_permitted');
  end if;
  update public.api_keys k set revoked_at = coalesce(k.revoked_at, private.checked_time(revoke_api_key.at))
  where k.id = revoke_api_key.key_id and k.account_id = revoke_api_key.account_id;
  if not found then
    return jsonb_build_object('ok', false, 'code', 'unknown_key');
  end if;
  return jsonb_build_object('ok', true, 'code', 'revoked');
end $$;
grant execute on function public.revoke_api_key(uuid, uuid, uuid, timestamptz) to service_role;

-- Answers whose key a hash belongs to, and notes its use, at most once a minute, so that a busy key is not a busy row.
create function public.authenticate_api_key(key_hash text, at timestamptz)
returns jsonb language plpgsql set search_path = '' as $$
declare
  moment timestamptz := private.checked_time(authenticate_api_key.at);
  api_key public.api_keys;
begin
  select * into api_key from public.api_keys k
  where k.key_hash = authenticate_api_key.key_hash and k.revoked_at is null;
  if not found then
    return jsonb_build_object('ok', false, 'code', 'unknown_key');
  end if;
  if api_key.last_used_at is null or api_key.last_used_at <= moment - interval '1 minute' then
    update public.api_keys k set last_used_at = moment
    where k.id = api_key.id and (k.last_used_at is null or k.last_used_at <= moment - interval '1 minute');
  end if;
  return jsonb_build_object('ok', true, 'code', 'authenticated', 'account_id', api_key.account_id, 'key_id', api_key.id);
end $$;
grant execute on function public.authenticate_api_key(text, timestamptz) to service_role;
