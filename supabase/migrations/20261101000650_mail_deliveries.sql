create table public.mail_deliveries (
  id uuid primary key default gen_random_uuid(),
  mail_id uuid not null references public.mail_outbox (id) on delete cascade,
  address text not null,
  user_id uuid references auth.users (id) on delete set null,
  is_optional boolean not null,
  provider_id text,
  state text not null,
  reason text,
  begun_at timestamptz not null,
  sent_at timestamptz,
  state_at timestamptz not null,
  constraint a_mail_goes_to_an_address_once unique (mail_id, address),
  constraint an_address_is_in_lower_case check (address = lower(address)),
  constraint a_delivery_has_a_known_state check (state in
    ('waiting', 'withheld', 'sent', 'delayed', 'delivered', 'failed', 'suppressed', 'bounced', 'complained'))
);
comment on table public.mail_deliveries is 'Each mail of the outbox, by the address it goes to, and what became of it by the word of whoever delivers it. waiting has not left, withheld never will: the person does not want it, or the address took no mail before.';
create index mail_deliveries_user_id on public.mail_deliveries (user_id);
create index mail_deliveries_provider_id on public.mail_deliveries (provider_id);
create index mail_deliveries_trouble on public.mail_deliveries (state_at desc) where state in ('failed', 'suppressed', 'bounced', 'complained');

create table public.mail_events (
  id text primary key,
  type text not null,
  provider_id text not null,
  address text,
  happened_at timestamptz not null,
  received_at timestamptz not null
);
comment on table public.mail_events is 'What whoever delivers mail told us, each once by the id of its message.';
create index mail_events_received_at on public.mail_events (received_at);
create index mail_events_delivered on public.mail_events (address, happened_at) where type = 'email.delivered';

create table public.mail_addresses (
  address text primary key,
  trouble text not null,
  reason text,
  since_at timestamptz not null,
  constraint an_address_is_in_lower_case check (address = lower(address)),
  constraint mail_bounces_or_is_called_spam check (trouble in ('bounced', 'complained'))
);
comment on table public.mail_addresses is 'Addresses that take no mail for good, or whose reader called it spam. They get no mail that is a choice; what the law wants told is tried again.';

create table public.mail_choices (
  user_id uuid not null references auth.users (id) on delete cascade,
  kind text not null,
  is_wanted boolean not null,
  chosen_at timestamptz not null,
  primary key (user_id, kind)
);
comment on table public.mail_choices is 'What a person said about mail that is a choice. Who said nothing gets what goes out by default.';

create index mail_choices_kind on public.mail_choices (kind) where is_wanted;

alter table public.mail_deliveries enable row level security;
alter table public.mail_events enable row level security;
alter table public.mail_addresses enable row level security;
alter table public.mail_choices enable row level security;
create policy "people read what they chose" on public.mail_choices
  for select to authenticated using (user_id = (select auth.uid()));
grant select on public.mail_choices to authenticated;
grant select, insert, update, delete on public.mail_deliveries, public.mail_events, public.mail_addresses, public.mail_choices to service_role;

-- Who gets these mails: the owners of each one's account, what they said about mail of its kind, null for nothing, and what is wrong with their
-- address. Mail to founders has no rows here.
create function public.mail_recipients(mail_ids uuid[]) returns table (
  mail_id uuid, address text, user_id uuid, is_wanted boolean, trouble text
)
language sql stable security definer set search_path = '' as $$
  select m.id, lower(u.email::text), u.id, c.is_wanted, a.trouble
  from public.mail_outbox m
  join public.memberships o on o.account_id = m.account_id and o.role = 'owner'
  join auth.users u on u.id = o.user_id and u.email is not null
  left join public.mail_choices c on c.user_id = u.id and c.kind = m.kind
  left join public.mail_addresses a on a.address = lower(u.email::text)
  where m.id = any (mail_recipients.mail_ids)
  order by m.id, o.created_at, u.id
$$;
grant execute on function public.mail_recipients(uuid[]) to service_role;

-- Notes to whom a mail goes before it is handed over, so that a second try leaves out who has it, at whatever address they
-- had it. Answers who is still to get it.
create function public.begin_deliveries(mail_id uuid, recipients jsonb, at timestamptz) returns setof public.mail_deliveries
language plpgsql set search_path = '' as $$
begin
  insert into public.mail_deliveries (mail_id, address, user_id, is_optional, state, reason, begun_at, state_at)
  select begin_deliveries.mail_id, r.address, r.user_id, r.is_optional,
    case when r.withheld is null then 'waiting' else 'withheld' end, r.withheld,
    private.checked_time(begin_deliveries.at), begin_deliveries.at
  from jsonb_to_recordset(begin_deliveries.recipients) as r(address text, user_id uuid, is_optional boolean, withheld text)
  where not exists (
    select from public.mail_deliveries had
    where had.mail_id = begin_deliveries.mail_id and had.user_id = r.user_id and had.address <> r.address
      and had.state in ('sent', 'delayed', 'delivered', 'complained'))
  order by r.address
  on conflict on constraint a_mail_goes_to_an_address_once do nothing;
  return query select d.* from public.mail_deliveries d
    where d.mail_id = begin_deliveries.mail_id and d.state = 'waiting'
      and d.address in (select r.address from jsonb_to_recordset(begin_deliveries.recipients) as r(address text))
    order by d.address;
end $$;
grant execute on function public.begin_deliveries(uuid, jsonb, timestamptz) to service_role;

-- Notes that one address's copy was handed over. What became of it may have come in before.
create function public.mark_delivery_sent(delivery_id uuid, provider_id text, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
begin
  update public.mail_deliveries d
  set provider_id = coalesce(mark_delivery_sent.provider_id, d.provider_id), sent_at = coalesce(d.sent_at, mark_delivery_sent.at),
    state = case when d.state = 'waiting' then 'sent' else d.state end,
    state_at = case when d.state = 'waiting' then private.checked_time(mark_delivery_sent.at) else d.state_at end
  where d.id = mark_delivery_sent.delivery_id;
  return jsonb_build_object('ok', found, 'code', case when found then 'sent' else 'unknown_delivery' end);
end $$;
grant execute on function public.mark_delivery_sent(uuid, text, timestamptz) to service_role;

-- How final a state is: what is told late never takes back what was told before.
create function private.delivery_rank(state text) returns integer
language sql immutable set search_path = '' as $$
  select array_position(array['waiting', 'withheld', 'sent', 'delayed', 'delivered', 'failed', 'suppressed', 'bounced', 'complained'], delivery_rank.state)
$$;
grant execute on function private.delivery_rank(text) to service_role;

-- An address takes mail again: mail that bounces there is no trouble any more. A reader's complaint stays.
create function private.reach_address(address text, at timestamptz) returns void
language plpgsql set search_path = '' as $$
begin
  delete from public.mail_addresses a where a.address = reach_address.address and a.trouble = 'bounced';
  perform private.settle_alert('mail_bounced', reach_address.address, true, reach_address.at);
  perform private.settle_alert('mail_bounced', reach_address.address, false, reach_address.at);
end $$;
grant execute on function private.reach_address(text, timestamptz) to service_role;

-- Takes in what became of one copy, once for each message however often it comes, in any order. is_final: the address
-- takes no mail for good, or its reader complained. Mail that had to be told and was not becomes an alert.
create function public.receive_mail_event(event jsonb, livemode boolean, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  told record;
  copy public.mail_deliveries;
  mail public.mail_outbox;
begin
  select * into told from jsonb_to_record(receive_mail_event.event) as t(
    id text, type text, state text, delivery_id uuid, provider_id text, address text, reason text, is_final boolean, happened_at timestamptz);
  insert into public.mail_events (id, type, provider_id, address, happened_at, received_at)
  values (told.id, told.type, told.provider_id, lower(told.address), told.happened_at, private.checked_time(receive_mail_event.at))
  on conflict do nothing;
  if not found then
    return jsonb_build_object('ok', true, 'code', 'known');
  end if;
  update public.mail_deliveries d
  set state = told.state, reason = coalesce(told.reason, d.reason), state_at = receive_mail_event.at,
    provider_id = coalesce(d.provider_id, told.provider_id), sent_at = coalesce(d.sent_at, receive_mail_event.at)
  where (d.id = told.delivery_id or d.provider_id = told.provider_id)
    and private.delivery_rank(told.state) > private.delivery_rank(d.state)
  returning d.* into copy;
  if copy.id is null then
    return jsonb_build_object('ok', true, 'code', 'ignored');
  end if;
  select m.* into mail from public.mail_outbox m where m.id = copy.mail_id;
  if told.state = 'delivered' then
    if not exists (select from public.mail_addresses a where a.address = copy.address and a.since_at > told.happened_at) then
      perform private.reach_address(copy.address, receive_mail_event.at);
    end if;
  elsif told.is_final and (told.state = 'complained' or not exists (
    select from public.mail_events e
    where e.type = 'email.delivered' and e.address = copy.address and e.happened_at > told.happened_at
  )) then
    insert into public.mail_addresses as a (address, trouble, reason, since_at)
    values (copy.address, case when told.state = 'complained' then 'complained' else 'bounced' end, told.reason, told.happened_at)
    on conflict on constraint mail_addresses_pkey do update
    set trouble = excluded.trouble, reason = excluded.reason, since_at = excluded.since_at
    where excluded.since_at >= a.since_at;
  end if;
  if told.state in ('failed', 'suppressed', 'bounced') and not copy.is_optional and mail.audience <> 'address' then
    perform private.raise_alert('mail_bounced', copy.address, mail.account_id, receive_mail_event.livemode,
      jsonb_build_object('address', copy.address, 'kind', mail.kind, 'reason', told.reason), receive_mail_event.at);
  end if;
  return jsonb_build_object('ok', true, 'code', 'noted');
end $$;
grant execute on function public.receive_mail_event(jsonb, boolean, timestamptz) to service_role;

-- Sends a mail again to whom it did not reach, and to owners it has not gone to. Who has it gets no second one.
create function public.resend_mail(mail_id uuid, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  again integer;
begin
  perform private.checked_time(resend_mail.at);
  perform from public.mail_outbox m where m.id = resend_mail.mail_id for update;
  if not found then
    return jsonb_build_object('ok', false, 'code', 'unknown_mail');
  end if;
  delete from public.mail_deliveries d
  where d.mail_id = resend_mail.mail_id and d.state in ('failed', 'suppressed', 'bounced');
  get diagnostics again = row_count;
  if again = 0 and exists (
    select from public.mail_outbox m where m.id = resend_mail.mail_id and (m.sent_at is not null or m.withheld_at is not null)
  ) then
    return jsonb_build_object('ok', false, 'code', 'arrived');
  end if;
  update public.mail_outbox m
  set sent_at = null, withheld_at = null, attempts = 0, last_error = null, claimed_until = null, next_attempt_at = resend_mail.at
  where m.id = resend_mail.mail_id;
  return jsonb_build_object('ok', true, 'code', 'queued');
end $$;
grant execute on function public.resend_mail(uuid, timestamptz) to service_role;

-- A person has another address: what had to be told them and came back goes to the new one, if it still holds. Of the
-- mails about an unpaid invoice that is the newest, while it is unpaid. Their alert is over. Whoever reads mail at the old
-- address is told, since a change they did not make is somebody else's.
create function private.follow_address() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.mail_outbox m
  set sent_at = null, attempts = 0, last_error = null, claimed_until = null, next_attempt_at = m.queued_at
  where m.id in (
    select d.mail_id from public.mail_deliveries d
    where d.user_id = new.id and d.address = lower(old.email) and d.state in ('failed', 'suppressed', 'bounced')
      and not d.is_optional and d.state_at > now() - interval '30 days'
  )
  and coalesce((m.data ->> 'chargedAt')::timestamptz > now(), true)
  and (m.kind not in ('payment_failed', 'payment_action', 'payment_warned', 'plan_downgraded', 'account_suspended') or (
    exists (select from public.dunning_cases c where c.account_id = m.account_id and c.closed_at is null)
    and not exists (
      select from public.mail_outbox later
      where later.account_id = m.account_id and later.queued_at > m.queued_at
        and later.kind in ('payment_failed', 'payment_action', 'payment_warned', 'plan_downgraded', 'account_suspended')
    )
  ));
  if old.email_confirmed_at is not null and new.deleted_at is null and lower(old.email) <> lower(new.email) then
    perform private.queue_address_mail(lower(old.email), 'address_changed', concat_ws(':', new.id, extract(epoch from now())),
      jsonb_build_object('address', left(new.email, 1) || '…@' || split_part(new.email, '@', 2), 'changedAt', now()), now());
  end if;
  perform private.settle_alert('mail_bounced', lower(old.email), true, now());
  perform private.settle_alert('mail_bounced', lower(old.email), false, now());
  return new;
end $$;

create trigger follow_address after update of email on auth.users
  for each row when (old.email is distinct from new.email) execute function private.follow_address();

-- The owners of an account whom mail does not reach.
create function public.read_unreached(account_id uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('address', a.address, 'user_id', u.id, 'since', a.since_at) order by a.since_at), '[]')
  from public.memberships o
  join auth.users u on u.id = o.user_id
  join public.mail_addresses a on a.address = lower(u.email::text) and a.trouble = 'bounced'
  where o.account_id = read_unreached.account_id and o.role = 'owner'
$$;
grant execute on function public.read_unreached(uuid) to service_role;

-- Keeps what a person said about one kind of mail. Wanting mail again forgets that they once called it spam.
create function public.choose_mail(user_id uuid, kind text, is_wanted boolean, at timestamptz) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  if not exists (select from auth.users u where u.id = choose_mail.user_id) then
    return jsonb_build_object('ok', false, 'code', 'unknown_person');
  end if;
  insert into public.mail_choices as c (user_id, kind, is_wanted, chosen_at)
  values (choose_mail.user_id, choose_mail.kind, choose_mail.is_wanted, private.checked_time(choose_mail.at))
  on conflict on constraint mail_choices_pkey do update set is_wanted = excluded.is_wanted, chosen_at = excluded.chosen_at;
  if choose_mail.is_wanted then
    delete from public.mail_addresses a using auth.users u
    where u.id = choose_mail.user_id and a.address = lower(u.email::text) and a.trouble = 'complained';
  end if;
  return jsonb_build_object('ok', true, 'code', 'chosen');
end $$;
grant execute on function public.choose_mail(uuid, text, boolean, timestamptz) to service_role;

-- A mail as admins see it, with every address's copy.
create function private.mail_with_copies(mail public.mail_outbox) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'id', mail.id, 'audience', mail.audience, 'account_id', mail.account_id,
    'account_name', (select a.name from public.accounts a where a.id = mail.account_id), 'kind', mail.kind,
    'queued_at', mail.queued_at, 'sent_at', mail.sent_at, 'withheld_at', mail.withheld_at,
    'next_attempt_at', mail.next_attempt_at, 'attempts', mail.attempts, 'last_error', mail.last_error,
    'copies', (
      select coalesce(jsonb_agg(jsonb_build_object('address', d.address, 'state', d.state, 'reason', d.reason, 'state_at', d.state_at)
        order by d.address), '[]')
      from public.mail_deliveries d where d.mail_id = mail.id)
  )
$$;
grant execute on function private.mail_with_copies(public.mail_outbox) to service_role;

create function public.read_mail(mail_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select private.mail_with_copies(m) from public.mail_outbox m where m.id = read_mail.mail_id
$$;
grant execute on function public.read_mail(uuid) to service_role;

-- Mails for the admins' list, newest first: all of them, those that did not arrive, or those that have not left. before_id is the last one seen.
create function public.read_mails(wanted text, before_id uuid, most integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(private.mail_with_copies(page.mail) order by page.queued_at desc, page.id desc), '[]')
  from (
    select o as mail, o.queued_at, o.id from public.mail_outbox o
    where (read_mails.before_id is null or (o.queued_at, o.id) < (
      select last.queued_at, last.id from public.mail_outbox last where last.id = read_mails.before_id)) and case read_mails.wanted
      when 'trouble' then (o.sent_at is null and o.withheld_at is null and o.last_error is not null) or exists (
        select from public.mail_deliveries d
        where d.mail_id = o.id and d.state in ('failed', 'suppressed', 'bounced', 'complained'))
      when 'waiting' then o.next_attempt_at is not null
      else true end
    order by o.queued_at desc, o.id desc limit read_mails.most
  ) page
$$;
grant execute on function public.read_mails(text, uuid, integer) to service_role;
