create table public.mail_outbox (
  id uuid primary key default gen_random_uuid(),
  audience text not null default 'owners',
  account_id uuid references public.accounts (id) on delete cascade,
  address text,
  kind text not null,
  key text not null,
  data jsonb not null default '{}',
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  claimed_until timestamptz,
  sent_at timestamptz,
  withheld_at timestamptz,
  last_error text,
  queued_at timestamptz not null,
  constraint a_mail_goes_to_owners_founders_or_an_address check (audience in ('owners', 'founders', 'address')),
  constraint mail_to_owners_is_about_their_account check ((audience = 'owners') = (account_id is not null)),
  constraint only_mail_to_an_address_names_one check ((audience = 'address') = (address is not null)),
  constraint a_mail_is_queued_once unique nulls not distinct (account_id, kind, key),
  constraint a_sent_mail_is_not_due check (sent_at is null or next_attempt_at is null),
  constraint a_withheld_mail_has_not_left check (withheld_at is null or (sent_at is null and next_attempt_at is null))
);
comment on table public.mail_outbox is 'Mail still to leave, written in the transaction that made it necessary. next_attempt_at is null once it was sent or given up, or withheld because nobody of those it goes to wants its kind.';
create index mail_outbox_queued_at on public.mail_outbox (queued_at, id);
create index mail_outbox_due on public.mail_outbox (next_attempt_at) where next_attempt_at is not null;

alter table public.mail_outbox enable row level security;
grant select, insert, update, delete on public.mail_outbox to service_role;

-- Queues one mail to the owners of an account. The same account, kind and key is one mail, however often it is queued.
create function private.queue_mail(account_id uuid, kind text, key text, data jsonb, at timestamptz) returns void
language sql set search_path = '' as $$
  insert into public.mail_outbox (account_id, kind, key, data, queued_at, next_attempt_at)
  values (queue_mail.account_id, queue_mail.kind, queue_mail.key, queue_mail.data, queue_mail.at, queue_mail.at)
  on conflict on constraint a_mail_is_queued_once do nothing
$$;
grant execute on function private.queue_mail(uuid, text, text, jsonb, timestamptz) to service_role;

create function public.queue_mail(account_id uuid, kind text, key text, data jsonb, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
begin
  perform private.queue_mail(queue_mail.account_id, queue_mail.kind, queue_mail.key, queue_mail.data, private.checked_time(queue_mail.at));
  return jsonb_build_object('ok', true, 'code', 'queued');
end $$;
grant execute on function public.queue_mail(uuid, text, text, jsonb, timestamptz) to service_role;

-- Queues one mail to the founders. The same kind and key is one mail, however often it is queued.
create function private.queue_founder_mail(kind text, key text, data jsonb, at timestamptz) returns void
language sql set search_path = '' as $$
  insert into public.mail_outbox (audience, kind, key, data, queued_at, next_attempt_at)
  values ('founders', queue_founder_mail.kind, queue_founder_mail.key, queue_founder_mail.data, queue_founder_mail.at, queue_founder_mail.at)
  on conflict on constraint a_mail_is_queued_once do nothing
$$;
grant execute on function private.queue_founder_mail(text, text, jsonb, timestamptz) to service_role;

create function public.queue_founder_mail(kind text, key text, data jsonb, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
begin
  perform private.queue_founder_mail(queue_founder_mail.kind, queue_founder_mail.key, queue_founder_mail.data, private.checked_time(queue_founder_mail.at));
  return jsonb_build_object('ok', true, 'code', 'queued');
end $$;
grant execute on function public.queue_founder_mail(text, text, jsonb, timestamptz) to service_role;

-- Queues one mail to an address that belongs to nobody here any more. The same kind and key is one mail, however often it is queued.
create function private.queue_address_mail(address text, kind text, key text, data jsonb, at timestamptz) returns void
language sql set search_path = '' as $$
  insert into public.mail_outbox (audience, address, kind, key, data, queued_at, next_attempt_at)
  values ('address', queue_address_mail.address, queue_address_mail.kind, queue_address_mail.key, queue_address_mail.data, queue_address_mail.at, queue_address_mail.at)
  on conflict on constraint a_mail_is_queued_once do nothing
$$;
grant execute on function private.queue_address_mail(text, text, text, jsonb, timestamptz) to service_role;

-- Claims mail that is due for some minutes, so that two senders never send the same one at once.
create function public.claim_mail(most integer, at timestamptz) returns setof public.mail_outbox
language sql set search_path = '' as $$
  update public.mail_outbox m
  set claimed_until = claim_mail.at + interval '5 minutes', attempts = m.attempts + 1
  where m.id in (
    select due.id from public.mail_outbox due
    where due.next_attempt_at <= claim_mail.at and (due.claimed_until is null or due.claimed_until <= claim_mail.at)
    order by due.next_attempt_at limit claim_mail.most for update skip locked
  )
  returning m.*
$$;
grant execute on function public.claim_mail(integer, timestamptz) to service_role;
