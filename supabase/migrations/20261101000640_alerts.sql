create table public.alerts (
  id uuid primary key default gen_random_uuid(),
  kind text not null,
  key text not null,
  livemode boolean not null,
  account_id uuid references public.accounts (id) on delete set null,
  data jsonb not null default '{}',
  opened_at timestamptz not null,
  last_seen_at timestamptz not null,
  seen_by uuid,
  seen_at timestamptz,
  mailed_at timestamptz,
  closed_at timestamptz,
  constraint an_alert_is_seen_by_somebody check ((seen_by is null) = (seen_at is null))
);
comment on table public.alerts is 'What a founder has to know or do: opened by whatever finds it, mailed once, closed by whatever finds it gone.';
create unique index one_open_alert on public.alerts (kind, key, livemode) where closed_at is null;
create index alerts_in_order on public.alerts (livemode, opened_at desc, id desc);
create index alerts_of_an_account on public.alerts (account_id, opened_at desc) where account_id is not null;
create index alerts_of_a_key on public.alerts (kind, key, livemode, opened_at desc);
create index open_alerts on public.alerts (opened_at) where closed_at is null;

alter table public.alerts enable row level security;
grant select, insert, update, delete on public.alerts to service_role;

-- Opens an alert, or says of the open one that it is still so. One that comes back within six hours of its last mail
-- is open again without another until those are over.
create function private.raise_alert(kind text, key text, account_id uuid, livemode boolean, data jsonb, at timestamptz) returns void
language sql set search_path = '' as $$
  insert into public.alerts as open (kind, key, livemode, account_id, data, opened_at, last_seen_at, mailed_at)
  values (
    raise_alert.kind, raise_alert.key, raise_alert.livemode, raise_alert.account_id, coalesce(raise_alert.data, '{}'),
    raise_alert.at, raise_alert.at,
    (
      select max(former.mailed_at) from public.alerts former
      where former.kind = raise_alert.kind and former.key = raise_alert.key and former.livemode = raise_alert.livemode
        and former.mailed_at > raise_alert.at - interval '6 hours'
    )
  )
  on conflict (kind, key, livemode) where closed_at is null do update
  set last_seen_at = greatest(open.last_seen_at, excluded.last_seen_at), data = excluded.data,
    account_id = coalesce(excluded.account_id, open.account_id)
$$;
grant execute on function private.raise_alert(text, text, uuid, boolean, jsonb, timestamptz) to service_role;

create function private.settle_alert(kind text, key text, livemode boolean, at timestamptz) returns void
language sql set search_path = '' as $$
  update public.alerts open set closed_at = settle_alert.at
  where open.kind = settle_alert.kind and open.key = settle_alert.key and open.livemode = settle_alert.livemode
    and open.closed_at is null
$$;
grant execute on function private.settle_alert(text, text, boolean, timestamptz) to service_role;

create function public.raise_alert(kind text, key text, account_id uuid, livemode boolean, data jsonb, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
begin
  perform private.raise_alert(raise_alert.kind, raise_alert.key, raise_alert.account_id, raise_alert.livemode, raise_alert.data,
    private.checked_time(raise_alert.at));
  return jsonb_build_object('ok', true, 'code', 'open');
end $$;
grant execute on function public.raise_alert(text, text, uuid, boolean, jsonb, timestamptz) to service_role;

create function public.settle_alert(kind text, key text, livemode boolean, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
begin
  perform private.settle_alert(settle_alert.kind, settle_alert.key, settle_alert.livemode, private.checked_time(settle_alert.at));
  return jsonb_build_object('ok', true, 'code', 'closed');
end $$;
grant execute on function public.settle_alert(text, text, boolean, timestamptz) to service_role;

-- An admin has read it: it stays open until what it tells of is gone. What no act can undo is over once it is read.
create function public.see_alert(id uuid, admin_id uuid, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
begin
  update public.alerts a set seen_by = see_alert.admin_id, seen_at = private.checked_time(see_alert.at),
    closed_at = coalesce(a.closed_at, case when a.kind in ('fraud_warning', 'dispute_lost') then see_alert.at end)
  where a.id = see_alert.id and a.seen_at is null;
  return jsonb_build_object('ok', true, 'code', case when found then 'seen' else 'unchanged' end);
end $$;
grant execute on function public.see_alert(uuid, uuid, timestamptz) to service_role;

-- A page of alerts, newest first: the open ones, or with `is_open` null all. `before` is the id of the last one seen.
create function public.read_alerts(
  livemode boolean, most integer, before uuid default null, is_open boolean default true, account_id uuid default null
) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(page) order by page.opened_at desc, page.id desc), '[]') from (
    select a.*, account.name as account_name
    from public.alerts a left join public.accounts account on account.id = a.account_id
    where a.livemode = read_alerts.livemode
      and (read_alerts.before is null or (a.opened_at, a.id) < (select seen.opened_at, seen.id from public.alerts seen where seen.id = read_alerts.before))
      and (read_alerts.is_open is null or (a.closed_at is null) = read_alerts.is_open)
      and (read_alerts.account_id is null or a.account_id = read_alerts.account_id)
    order by a.opened_at desc, a.id desc limit read_alerts.most
  ) page
$$;
grant execute on function public.read_alerts(boolean, integer, uuid, boolean, uuid) to service_role;

-- Open alerts that no founder has had a mail of, and those that came back and are still open six hours after the mail of
-- the time before.
create function public.read_new_alerts(livemode boolean, most integer, at timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(page) order by page.opened_at, page.id), '[]') from (
    select a.*, account.name as account_name
    from public.alerts a left join public.accounts account on account.id = a.account_id
    where a.closed_at is null and a.livemode = read_new_alerts.livemode
      and (a.mailed_at is null or (a.mailed_at < a.opened_at and a.mailed_at <= read_new_alerts.at - interval '6 hours'))
    order by a.opened_at, a.id limit read_new_alerts.most
  ) page
$$;
grant execute on function public.read_new_alerts(boolean, integer, timestamptz) to service_role;
