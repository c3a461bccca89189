create table public.dunning_cases (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null references public.accounts (id),
  customer_id text not null references public.stripe_customers (customer_id),
  livemode boolean not null,
  stage text not null,
  opened_at timestamptz not null,
  paused_at timestamptz,
  paused_seconds bigint not null default 0,
  asked_at timestamptz not null,
  ask_at timestamptz,
  closed_at timestamptz,
  outcome text,
  overage_released_at timestamptz,
  constraint a_case_is_asked_about_until_closed check ((closed_at is null) = (ask_at is not null)),
  constraint a_clock_never_stood_still_backwards check (paused_seconds >= 0),
  constraint only_a_lost_case_holds_overage check (overage_released_at is null or outcome = 'lost'),
  constraint a_case_has_a_known_stage check (stage in ('retrying', 'warned', 'downgraded', 'suspended')),
  constraint a_closed_case_has_an_outcome check ((closed_at is null) = (outcome is null)),
  constraint a_case_ends_paid_forgiven_or_lost check (outcome in ('paid', 'forgiven', 'lost'))
);
comment on table public.dunning_cases is 'What happens between a failed payment and its end. Stages belong to the account, not to the invoice: one open case an account and mode, whatever number of invoices. The clock runs from opened_at, less the time it stood still; asked_at is when Stripe was last asked, ask_at when it is asked again, events or not. A lost case keeps the account from overage until an admin releases it.';
create unique index one_open_case_an_account on public.dunning_cases (account_id, livemode) where closed_at is null;
create index dunning_cases_due on public.dunning_cases (ask_at) where ask_at is not null;
create index dunning_cases_account_id on public.dunning_cases (account_id);
alter table public.subscription_endings add foreign key (dunning_case_id) references public.dunning_cases (id);

create table public.dunning_invoices (
  invoice_id text primary key,
  case_id uuid not null references public.dunning_cases (id) on delete cascade,
  attempts integer not null,
  action_required boolean not null,
  collection text not null default 'running',
  outcome text,
  constraint collection_runs_is_stopped_or_is_over check (collection in ('running', 'stopped', 'over')),
  constraint an_invoice_ends_paid_void_or_lost check (outcome in ('paid', 'void', 'lost'))
);
comment on table public.dunning_invoices is 'The unpaid invoices of a case. collection is stopped while a person keeps Stripe from trying, over when Stripe itself has stopped.';
create index dunning_invoices_case_id on public.dunning_invoices (case_id);

create table public.dunning_effects (
  case_id uuid not null references public.dunning_cases (id) on delete cascade,
  effect text not null,
  happened_at timestamptz not null,
  constraint an_effect_happens_once_a_case primary key (case_id, effect)
);
comment on table public.dunning_effects is 'What a case has brought about, each once: the stages it entered, the invoices whose owner was asked to confirm, its end.';

create table public.account_terms (
  account_id uuid primary key references public.accounts (id),
  monthly_allowance public.credit_count not null,
  overage_tiers jsonb not null,
  credit_limit_cents bigint not null,
  net_days integer not null,
  warn_after_days integer not null,
  downgrade_after_days integer not null,
  suspend_after_days integer not null,
  auto_top_up boolean not null default false,
  agreed_at timestamptz not null,
  constraint a_credit_limit_is_not_negative check (credit_limit_cents >= 0)
);
comment on table public.account_terms is 'What was agreed with an enterprise account, instead of a plan''s own figures.';

create table public.account_holds (
  account_id uuid primary key references public.accounts (id),
  reason text not null,
  note text,
  held_at timestamptz not null,
  constraint a_hold_is_by_an_admin_or_for_fraud check (reason in ('admin', 'fraud'))
);
comment on table public.account_holds is 'Accounts that may neither spend nor buy for now.';

alter table public.dunning_cases enable row level security;
alter table public.dunning_invoices enable row level security;
alter table public.dunning_effects enable row level security;
alter table public.account_terms enable row level security;
alter table public.account_holds enable row level security;
create policy "members read their account's cases" on public.dunning_cases
  for select to authenticated using (private.is_member(account_id));
create policy "members read their account's terms" on public.account_terms
  for select to authenticated using (private.is_member(account_id));
create policy "members read that their account is on hold" on public.account_holds
  for select to authenticated using (private.is_member(account_id));
grant select on public.dunning_cases, public.account_terms to authenticated;
grant select (account_id, reason, held_at) on public.account_holds to authenticated;
grant select, insert, update, delete on public.dunning_cases, public.dunning_invoices, public.dunning_effects, public.account_terms, public.account_holds to service_role;

create table public.stripe_modes (
  is_the_only_row boolean primary key default true,
  livemode boolean not null,
  noted_at timestamptz not null,
  constraint there_is_one_mode_at_a_time check (is_the_only_row)
);
comment on table public.stripe_modes is 'Which of Stripe''s modes the key belongs to that the app runs with. Credits are one balance for both modes, so that cases of the other one must not freeze it.';
alter table public.stripe_modes enable row level security;
grant select, insert, update, delete on public.stripe_modes to service_role;

-- Freezes an account's credits while it is on hold or suspended, and lets them go when it is neither. A case of the mode
-- that the app does not run in freezes nothing. Two at once, a hold and a case that closes: whoever comes second waits,
-- and looks at what the first has left.
create function private.follow_freeze(account_id uuid, key text, at timestamptz) returns void
language plpgsql security definer set search_path = '' as $$
declare
  mode boolean;
  frozen boolean;
  answer jsonb;
begin
  perform private.queue_for(follow_freeze.account_id);
  mode := (select m.livemode from public.stripe_modes m);
  frozen := exists (select from public.account_holds h where h.account_id = follow_freeze.account_id) or exists (
    select from public.dunning_cases c
    where c.account_id = follow_freeze.account_id and c.closed_at is null and c.stage = 'suspended'
      and c.livemode = coalesce(mode, c.livemode)
  );
  if frozen = exists (
    select from public.credit_balances b where b.account_id = follow_freeze.account_id and b.frozen_at is not null
  ) then
    return;
  end if;
  answer := public.freeze_credits(
    account_id => follow_freeze.account_id, frozen => frozen, key => follow_freeze.key, at => follow_freeze.at
  );
  if not (answer ->> 'ok')::boolean then
    raise exception 'the credits of % did not follow: %', follow_freeze.account_id, answer using errcode = 'PT500';
  end if;
end $$;
grant execute on function private.follow_freeze(uuid, text, timestamptz) to service_role;

-- Notes the mode of the key the app runs with. When it is another than before, the credits of suspended accounts follow
-- the cases of the mode that counts now.
create function public.note_stripe_mode(livemode boolean, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  noted timestamptz := private.checked_time(note_stripe_mode.at);
begin
  insert into public.stripe_modes as known (livemode, noted_at) values (note_stripe_mode.livemode, noted)
  on conflict on constraint stripe_modes_pkey do update set livemode = excluded.livemode, noted_at = excluded.noted_at
  where known.livemode <> excluded.livemode;
  if not found then
    return jsonb_build_object('ok', true, 'code', 'unchanged');
  end if;
  perform private.follow_freeze(stopped.account_id, 'mode ' || note_stripe_mode.livemode || ' ' || noted, noted)
  from (select distinct c.account_id from public.dunning_cases c where c.closed_at is null and c.stage = 'suspended') stopped;
  return jsonb_build_object('ok', true, 'code', 'changed');
end $$;
grant execute on function public.note_stripe_mode(boolean, timestamptz) to service_role;

-- The place of a stage in their order, from 1; null for none.
create function private.stage_rank(stage text) returns integer
language sql immutable set search_path = '' as $$
  select array_position(array['retrying', 'warned', 'downgraded', 'suspended'], stage_rank.stage)
$$;
grant execute on function private.stage_rank(text) to service_role;

-- Notes an effect of a case; answers whether it is new.
create function private.note_effect(case_id uuid, effect text, at timestamptz) returns boolean
language plpgsql set search_path = '' as $$
begin
  insert into public.dunning_effects (case_id, effect, happened_at)
  values (note_effect.case_id, note_effect.effect, note_effect.at)
  on conflict on constraint an_effect_happens_once_a_case do nothing;
  return found;
end $$;
grant execute on function private.note_effect(uuid, text, timestamptz) to service_role;

-- Notes which invoices of a case are owed, and what became of the others.
create function private.save_members(case_id uuid, members jsonb, settled jsonb) returns void
language sql set search_path = '' as $$
  insert into public.dunning_invoices as known (invoice_id, case_id, attempts, action_required, collection)
  select member ->> 'invoice_id', save_members.case_id, (member ->> 'attempts')::integer, (member ->> 'action_required')::boolean,
    coalesce(member ->> 'collection', 'running')
  from jsonb_array_elements(coalesce(save_members.members, '[]')) member
  on conflict on constraint dunning_invoices_pkey do update
    set case_id = excluded.case_id, attempts = greatest(known.attempts, excluded.attempts),
        action_required = known.action_required or excluded.action_required, collection = excluded.collection, outcome = null
    where known.outcome is distinct from 'lost';
  update public.dunning_invoices member set outcome = item ->> 'outcome'
  from jsonb_array_elements(coalesce(save_members.settled, '[]')) item
  where member.case_id = save_members.case_id and member.outcome is null and member.invoice_id = item ->> 'invoice_id'
$$;
grant execute on function private.save_members(uuid, jsonb, jsonb) to service_role;

-- Asks for the end of the plan of a suspended account, unless it is being ended already.
create function private.request_unpaid_ending(dunning public.dunning_cases, at timestamptz) returns void
language sql set search_path = '' as $$
  insert into public.subscription_endings as known
    (subscription_id, account_id, customer_id, livemode, comment, requested_at, next_attempt_at, dunning_case_id)
  select s.id, s.account_id, s.customer_id, s.livemode, 'Unpaid', request_unpaid_ending.at, request_unpaid_ending.at, (dunning).id
  from public.subscriptions s
  where s.account_id = (dunning).account_id and s.customer_id = (dunning).customer_id and s.is_mirrored
    and s.status in ('trialing', 'active', 'past_due', 'unpaid', 'paused', 'unknown')
  on conflict on constraint subscription_endings_pkey do update
    set comment = excluded.comment, reason = null, requested_at = excluded.requested_at, last_error = null,
        next_attempt_at = excluded.next_attempt_at, closed_at = null, outcome = null, dunning_case_id = excluded.dunning_case_id
    where known.outcome = 'withdrawn'
$$;
grant execute on function private.request_unpaid_ending(public.dunning_cases, timestamptz) to service_role;

-- Closes a case: credits are usable again, a plan that was to be ended and is not yet stays.
create function private.close_dunning(dunning public.dunning_cases, outcome text, mail jsonb, at timestamptz) returns void
language plpgsql set search_path = '' as $$
begin
  update public.dunning_cases c set closed_at = close_dunning.at, outcome = close_dunning.outcome, ask_at = null
  where c.id = (dunning).id;
  update public.dunning_invoices m set outcome = case close_dunning.outcome when 'lost' then 'lost' else 'void' end
  where m.case_id = (dunning).id and m.outcome is null;
  update public.subscription_endings e set closed_at = close_dunning.at, outcome = 'withdrawn', next_attempt_at = null
  where e.dunning_case_id = (dunning).id and e.closed_at is null;
  perform private.follow_freeze((dunning).account_id, 'dunning over ' || (dunning).id, close_dunning.at);
  if private.note_effect((dunning).id, close_dunning.outcome, close_dunning.at) and close_dunning.mail is not null then
    perform private.queue_mail((dunning).account_id, mail ->> 'kind', (dunning).id || ':' || close_dunning.outcome, mail -> 'data', close_dunning.at);
  end if;
end $$;
grant execute on function private.close_dunning(public.dunning_cases, text, jsonb, timestamptz) to service_role;

-- Brings an account's case in step with what Stripe was found to say: opens it, lets invoices join and leave, moves it to
-- the stage that was worked out and never back, with each stage's effects once and the mail of the last one only, and
-- closes it. null leaves everything as it is.
create function private.save_dunning(account_id uuid, customer_id text, dunning jsonb, at timestamptz) returns void
language plpgsql set search_path = '' as $$
declare
  stages constant text[] := array['retrying', 'warned', 'downgraded', 'suspended'];
  known public.dunning_cases;
  former integer;
  reached integer := private.stage_rank(dunning ->> 'stage');
  is_entered boolean := false;
  mode boolean := (select s.livemode from public.stripe_customers s where s.customer_id = save_dunning.customer_id);
  item jsonb;
begin
  if save_dunning.dunning is null then return; end if;
  select c.* into known from public.dunning_cases c
  where c.account_id = save_dunning.account_id and c.livemode = mode and c.closed_at is null for update;
  former := coalesce(private.stage_rank(known.stage), 0);
  if known.id is null then
    if reached is null then return; end if;
    insert into public.dunning_cases (account_id, customer_id, livemode, stage, opened_at, asked_at, ask_at)
    values (save_dunning.account_id, save_dunning.customer_id, mode, 'retrying', (dunning ->> 'opened_at')::timestamptz, save_dunning.at, save_dunning.at)
    returning * into known;
  end if;
  perform private.save_members(known.id, dunning -> 'members', dunning -> 'settled');
  if dunning ->> 'outcome' is not null then
    perform private.close_dunning(known, dunning ->> 'outcome', nullif(dunning -> 'mail', 'null'), save_dunning.at);
    return;
  end if;
  update public.dunning_cases c
  set stage = stages[greatest(former, reached)], opened_at = least(c.opened_at, (dunning ->> 'opened_at')::timestamptz),
      paused_at = (dunning ->> 'paused_at')::timestamptz, paused_seconds = (dunning ->> 'paused_seconds')::bigint,
      asked_at = save_dunning.at, ask_at = (dunning ->> 'ask_at')::timestamptz
  where c.id = known.id returning * into known;
  for stage in former + 1 .. reached loop
    is_entered := private.note_effect(known.id, stages[stage], save_dunning.at);
    if is_entered and stages[stage] = 'downgraded' then
      perform private.apply_voids(known.account_id, dunning -> 'voids', save_dunning.at);
    elsif is_entered and stages[stage] = 'suspended' then
      perform private.follow_freeze(known.account_id, 'suspended ' || known.id, save_dunning.at);
      if (dunning ->> 'ends_plan')::boolean then
        perform private.request_unpaid_ending(known, save_dunning.at);
      end if;
    end if;
  end loop;
  for item in select a from jsonb_array_elements(coalesce(dunning -> 'confirmations', '[]')) a loop
    if private.note_effect(known.id, 'confirm ' || (item ->> 'key'), save_dunning.at) then
      perform private.queue_mail(known.account_id, item ->> 'kind', known.id || ':' || (item ->> 'key'), item -> 'data', save_dunning.at);
    end if;
  end loop;
  if is_entered and nullif(dunning -> 'mail', 'null') is not null then
    perform private.queue_mail(known.account_id, dunning -> 'mail' ->> 'kind', known.id || ':' || known.stage, dunning -> 'mail' -> 'data', save_dunning.at);
  end if;
end $$;
grant execute on function private.save_dunning(uuid, text, jsonb, timestamptz) to service_role;

-- The open case of an account with the invoices that are owed in it, and which of its invoices were given up for lost.
create function public.read_dunning(account_id uuid, livemode boolean) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('ok', true, 'code', 'read', 'case', (
    select jsonb_build_object(
      'id', c.id, 'customer_id', c.customer_id, 'stage', c.stage, 'opened_at', c.opened_at,
      'paused_at', c.paused_at, 'paused_seconds', c.paused_seconds, 'asked_at', c.asked_at,
      'members', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'invoice_id', m.invoice_id, 'attempts', m.attempts, 'action_required', m.action_required,
          'collection', m.collection, 'outcome', m.outcome
        )), '[]')
        from public.dunning_invoices m where m.case_id = c.id
      )
    )
    from public.dunning_cases c
    where c.account_id = read_dunning.account_id and c.livemode = read_dunning.livemode and c.closed_at is null
  ), 'lost', (
    select coalesce(jsonb_agg(m.invoice_id), '[]')
    from public.dunning_invoices m join public.dunning_cases c on c.id = m.case_id
    where c.account_id = read_dunning.account_id and c.livemode = read_dunning.livemode and m.outcome = 'lost'
  ))
$$;
grant execute on function public.read_dunning(uuid, boolean) to service_role;

-- Customers whose debts Stripe should be asked about now: cases whose turn it is, invoices on terms past their date, and
-- invoices of plans, three months old at most, of which nothing was heard for six hours. Each comes again ten minutes later, or six hours later,
-- whether asking goes well or not.
create function public.claim_debtors(livemode boolean, most integer, at timestamptz) returns jsonb
language sql set search_path = '' as $$
  with due as (
    select c.id from public.dunning_cases c
    where c.ask_at <= claim_debtors.at and c.livemode = claim_debtors.livemode
    order by c.ask_at limit claim_debtors.most for update skip locked
  ), cases as (
    update public.dunning_cases c set ask_at = private.checked_time(claim_debtors.at) + interval '10 minutes'
    from due where c.id = due.id returning c.customer_id
  ), silent as (
    select i.id from public.invoices i
    where i.purpose = 'plan' and i.status in ('draft', 'open') and i.livemode = claim_debtors.livemode
      and i.created_at > claim_debtors.at - interval '90 days'
      and not exists (select from public.stripe_customers s where s.customer_id = i.customer_id and s.deleted_at is not null)
      and i.synced_at <= claim_debtors.at - case
        when i.status = 'open' and i.due_at <= claim_debtors.at and i.synced_at < i.due_at then interval '0' else interval '6 hours' end
    order by i.synced_at limit claim_debtors.most for update skip locked
  ), invoices as (
    update public.invoices i set synced_at = claim_debtors.at from silent where i.id = silent.id returning i.customer_id
  )
  select coalesce(jsonb_agg(found.customer_id), '[]')
  from (select cases.customer_id from cases union select invoices.customer_id from invoices) found
$$;
grant execute on function public.claim_debtors(boolean, integer, timestamptz) to service_role;

-- Lets an account have overage again after a case that was lost, at an admin's word.
create function public.release_overage(account_id uuid, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
begin
  update public.dunning_cases c set overage_released_at = private.checked_time(release_overage.at)
  where c.account_id = release_overage.account_id and c.outcome = 'lost' and c.overage_released_at is null;
  return jsonb_build_object('ok', true, 'code', case when found then 'released' else 'not_held' end);
end $$;
grant execute on function public.release_overage(uuid, timestamptz) to service_role;
