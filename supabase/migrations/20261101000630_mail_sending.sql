-- The addresses that mail to an account goes to: its owners'.
create function public.owner_emails(account_ids uuid[]) returns table (account_id uuid, email text)
language sql stable security definer set search_path = '' as $$
  select m.account_id, u.email::text
  from public.memberships m join auth.users u on u.id = m.user_id
  where m.account_id = any (owner_emails.account_ids) and m.role = 'owner' and u.email is not null
$$;
grant execute on function public.owner_emails(uuid[]) to service_role;

-- The addresses of the founders: everybody who may see and mend every account.
create function public.admin_emails() returns setof text
language sql stable security definer set search_path = '' as $$
  select u.email::text from public.platform_admins a join auth.users u on u.id = a.user_id
  where u.email is not null order by 1
$$;
grant execute on function public.admin_emails() to service_role;

-- Notes that a mail has left. Again is no error.
create function public.mark_mail_sent(mail_id uuid, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
begin
  update public.mail_outbox m
  set sent_at = coalesce(m.sent_at, private.checked_time(mark_mail_sent.at)), next_attempt_at = null, claimed_until = null
  where m.id = mark_mail_sent.mail_id;
  return jsonb_build_object('ok', found, 'code', case when found then 'sent' else 'unknown_mail' end);
end $$;
grant execute on function public.mark_mail_sent(uuid, timestamptz) to service_role;

-- Notes that a mail was kept back, since nobody it goes to wants its kind.
create function public.mark_mail_withheld(mail_id uuid, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
begin
  update public.mail_outbox m
  set withheld_at = private.checked_time(mark_mail_withheld.at), next_attempt_at = null, claimed_until = null
  where m.id = mark_mail_withheld.mail_id and m.sent_at is null;
  return jsonb_build_object('ok', found, 'code', case when found then 'withheld' else 'unknown_mail' end);
end $$;
grant execute on function public.mark_mail_withheld(uuid, timestamptz) to service_role;

-- Notes why a mail did not leave and when to try again; with no such time it is given up, and the row stays.
create function public.mark_mail_failed(mail_id uuid, error text, retry_at timestamptz default null) returns jsonb
language plpgsql set search_path = '' as $$
begin
  update public.mail_outbox m
  set last_error = mark_mail_failed.error, next_attempt_at = mark_mail_failed.retry_at, claimed_until = null
  where m.id = mark_mail_failed.mail_id and m.sent_at is null;
  return jsonb_build_object('ok', found, 'code', case when found then 'failed' else 'unknown_mail' end);
end $$;
grant execute on function public.mark_mail_failed(uuid, text, timestamptz) to service_role;
