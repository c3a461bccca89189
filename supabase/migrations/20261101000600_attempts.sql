create table public.attempts (
  scope text not null,
  subject_hash text not null,
  taken integer not null,
  ends_at timestamptz not null,
  primary key (scope, subject_hash),
  constraint a_subject_is_stored_as_a_sha256_hash check (subject_hash ~ '^[0-9a-f]{64}$'),
  constraint at_least_one_attempt_was_taken check (taken >= 1)
);
comment on table public.attempts is 'How often somebody tried something within a window of time, shared by all instances of the app.';
create index attempts_ends_at on public.attempts (ends_at);

alter table public.attempts enable row level security;
grant select, insert, update, delete on public.attempts to service_role;

-- Takes one of the attempts a subject has within a window that starts with the first of them.
-- The upsert's row lock orders attempts at once, so that exactly `most` of them are let through.
-- Answers { ok: false, code: 'limited', retry_after_seconds } when there are none left. Old windows are swept on the way.
create function public.take_attempt(scope text, subject_hash text, most integer, window_seconds integer, at timestamptz)
returns jsonb language plpgsql set search_path = '' as $$
declare
  moment timestamptz := private.checked_time(take_attempt.at);
  attempt public.attempts;
begin
  if take_attempt.most < 1 or take_attempt.window_seconds < 1 then
    raise exception 'an attempt needs a limit and a window of at least 1' using errcode = 'PT400';
  end if;

  delete from public.attempts a where (a.scope, a.subject_hash) in (
    select old.scope, old.subject_hash from public.attempts old
    where old.ends_at < moment - interval '1 day' limit 20 for update skip locked
  );

  insert into public.attempts as a (scope, subject_hash, taken, ends_at)
  values (take_attempt.scope, take_attempt.subject_hash, 1, moment + make_interval(secs => take_attempt.window_seconds))
  on conflict on constraint attempts_pkey do update set
    taken = case when a.ends_at <= moment then 1 else least(a.taken + 1, take_attempt.most + 1) end,
    ends_at = case when a.ends_at <= moment then excluded.ends_at else a.ends_at end
  returning * into attempt;

  if attempt.taken <= take_attempt.most then
    return jsonb_build_object('ok', true, 'code', 'allowed', 'retry_after_seconds', 0);
  end if;
  return jsonb_build_object('ok', false, 'code', 'limited',
    'retry_after_seconds', greatest(1, ceil(extract(epoch from attempt.ends_at - moment))::integer));
end $$;
grant execute on function public.take_attempt(text, text, integer, integer, timestamptz) to service_role;

-- Gives a subject all attempts back, as after the right password.
create function public.forget_attempts(scope text, subject_hash text) returns jsonb
language plpgsql set search_path = '' as $$
begin
  delete from public.attempts a where a.scope = forget_attempts.scope and a.subject_hash = forget_attempts.subject_hash;
  return jsonb_build_object('ok', true, 'code', 'forgotten');
end $$;
grant execute on function public.forget_attempts(text, text) to service_role;
