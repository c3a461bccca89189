create table public.trials (
  subscription_id text primary key,
  account_id uuid not null references public.accounts (id),
  person_id uuid references auth.users (id) on delete set null,
  card_fingerprint text,
  livemode boolean not null,
  outcome text not null,
  decided_at timestamptz not null,
  ends_at timestamptz not null,
  constraint a_trial_is_granted_or_refused check (outcome in ('granted', 'refused'))
);
comment on table public.trials is 'Every trial that was begun at Stripe, and whether it was the first: once an account, a person and a card. The fingerprint is Stripe''s own, the same for one card whoever shows it. A trial is refused when one of the three has had its own.';
create unique index an_account_tries_once on public.trials (account_id, livemode) where outcome = 'granted';
create unique index a_person_tries_once on public.trials (person_id, livemode) where outcome = 'granted';
create unique index a_card_tries_once on public.trials (card_fingerprint, livemode) where outcome = 'granted';
create index trials_account_id on public.trials (account_id);

alter table public.trials enable row level security;
create policy "members read their account's trials" on public.trials
  for select to authenticated using (private.is_member(account_id));
grant select (subscription_id, account_id, livemode, outcome, decided_at, ends_at) on public.trials to authenticated;
grant select, insert, update, delete on public.trials to service_role;

-- Decides once whether a trial that was begun is the first of its account, its person and its card. The person is whoever
-- opened the checkout, else the one behind a personal account. Two at once: the unique indexes let one of them through.
create function public.claim_trial(
  subscription_id text, account_id uuid, livemode boolean, checkout_id uuid, card_fingerprint text, ends_at timestamptz, at timestamptz
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  decided timestamptz := private.checked_time(claim_trial.at);
  person uuid;
  known public.trials;
begin
  person := coalesce(
    (select c.started_by from public.checkouts c where c.id = claim_trial.checkout_id and c.account_id = claim_trial.account_id),
    (select a.personal_user_id from public.accounts a where a.id = claim_trial.account_id)
  );
  select t.* into known from public.trials t where t.subscription_id = claim_trial.subscription_id;
  if known.subscription_id is null then
    insert into public.trials (subscription_id, account_id, person_id, card_fingerprint, livemode, outcome, decided_at, ends_at)
    values (claim_trial.subscription_id, claim_trial.account_id, person, claim_trial.card_fingerprint, claim_trial.livemode,
      'granted', decided, claim_trial.ends_at)
    on conflict do nothing returning * into known;
  end if;
  if known.subscription_id is null then
    insert into public.trials (subscription_id, account_id, person_id, card_fingerprint, livemode, outcome, decided_at, ends_at)
    values (claim_trial.subscription_id, claim_trial.account_id, person, claim_trial.card_fingerprint, claim_trial.livemode,
      'refused', decided, claim_trial.ends_at)
    on conflict do nothing;
    select t.* into known from public.trials t where t.subscription_id = claim_trial.subscription_id;
  end if;
  return jsonb_build_object('ok', true, 'code', known.outcome);
end $$;
grant execute on function public.claim_trial(text, uuid, boolean, uuid, text, timestamptz, timestamptz) to service_role;

-- Whether an account, and the person who asks, may still try a plan.
create function private.may_try(account_id uuid, person_id uuid, livemode boolean) returns boolean
language sql stable set search_path = '' as $$
  select not exists (
    select from public.trials t
    where t.livemode = may_try.livemode and t.outcome = 'granted'
      and (t.account_id = may_try.account_id or t.person_id = may_try.person_id)
  )
$$;
grant execute on function private.may_try(uuid, uuid, boolean) to service_role;

-- Running trials whose owners have not yet been told, so many days before the end, that it ends: the number of days is
-- 7, and 1 once it is that close. A trial whose end was moved is told again.
create function public.find_ending_trials(livemode boolean, most integer, at timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'subscription_id', due.id, 'account_id', due.account_id, 'customer_id', due.customer_id, 'days', due.days, 'mail_key', due.mail_key
  ) order by due.trial_end_at), '[]')
  from (
    select s.id, s.account_id, s.customer_id, s.trial_end_at, soon.days,
      concat_ws(':', s.id, extract(epoch from s.trial_end_at)::bigint, soon.days) as mail_key
    from public.subscriptions s
    cross join lateral (
      select case when s.trial_end_at <= find_ending_trials.at + interval '1 day' then 1 else 7 end as days
    ) soon
    where s.is_mirrored and s.livemode = find_ending_trials.livemode and s.status = 'trialing'
      and s.trial_end_at > find_ending_trials.at and s.trial_end_at <= find_ending_trials.at + interval '7 days'
      and s.cancel_at is null
      and not exists (
        select from public.mail_outbox m
        where m.account_id = s.account_id and m.kind = 'trial_ends'
          and m.key = concat_ws(':', s.id, extract(epoch from s.trial_end_at)::bigint, soon.days)
      )
    order by s.trial_end_at limit find_ending_trials.most
  ) due
$$;
grant execute on function public.find_ending_trials(boolean, integer, timestamptz) to service_role;
