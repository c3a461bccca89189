create table public.subscription_endings (
  subscription_id text primary key references public.subscriptions (id),
  account_id uuid not null references public.accounts (id),
  customer_id text not null references public.stripe_customers (customer_id),
  livemode boolean not null,
  reason text,
  comment text,
  requested_at timestamptz not null,
  next_attempt_at timestamptz,
  last_error text,
  closed_at timestamptz,
  outcome text,
  dunning_case_id uuid,
  constraint an_ending_is_due_until_closed check ((closed_at is null) = (next_attempt_at is not null)),
  constraint a_closed_ending_has_an_outcome check ((closed_at is null) = (outcome is null)),
  constraint an_ending_ends_here_or_elsewhere check (outcome in ('ended', 'ended_elsewhere', 'withdrawn'))
);
comment on table public.subscription_endings is 'Plans that their owner ended at once, or that dunning ends since nothing was paid; the latter is withdrawn when the money comes first. Access is off from the request; the subscription is ended at Stripe when the last use is visible there, so that nothing used goes unbilled.';
create index subscription_endings_due on public.subscription_endings (next_attempt_at) where next_attempt_at is not null;
create index subscription_endings_account_id on public.subscription_endings (account_id);

create table public.price_moves (
  subscription_id text not null references public.subscriptions (id),
  account_id uuid not null references public.accounts (id),
  plan_key text not null,
  from_version integer not null,
  to_version integer not null,
  noticed_at timestamptz not null,
  moves_at timestamptz not null,
  primary key (subscription_id, plan_key, to_version),
  constraint a_move_comes_after_its_notice check (moves_at > noticed_at),
  constraint a_move_is_to_a_later_version check (to_version > from_version)
);
comment on table public.price_moves is 'Who was told of a new price of their plan, when, and at which renewal it takes effect. It outlives the schedule at Stripe, which every other change of the plan releases.';
create index price_moves_account_id on public.price_moves (account_id);

alter table public.subscription_endings enable row level security;
alter table public.price_moves enable row level security;
create policy "members read that their plan is being ended" on public.subscription_endings
  for select to authenticated using (private.is_member(account_id));
grant select (subscription_id, account_id, requested_at, closed_at) on public.subscription_endings to authenticated;
grant select, insert, update, delete on public.subscription_endings, public.price_moves to service_role;

-- Asks for the end of the account's plan at once. Asking again changes nothing.
create function public.request_ending(account_id uuid, livemode boolean, reason text, comment text, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  requested timestamptz := private.checked_time(request_ending.at);
  contract public.subscriptions;
begin
  select s.* into contract from public.subscriptions s
  where s.account_id = request_ending.account_id and s.livemode = request_ending.livemode and s.is_mirrored
    and s.status in ('trialing', 'active', 'past_due', 'unpaid', 'paused', 'unknown');
  if not found then
    return jsonb_build_object('ok', false, 'code', 'no_subscription');
  end if;
  insert into public.subscription_endings as e
    (subscription_id, account_id, customer_id, livemode, reason, comment, requested_at, next_attempt_at)
  values (contract.id, contract.account_id, contract.customer_id, contract.livemode,
    request_ending.reason, left(request_ending.comment, 2000), requested, requested)
  on conflict on constraint subscription_endings_pkey do update
    set reason = excluded.reason, comment = excluded.comment, requested_at = requested, next_attempt_at = requested,
        last_error = null, closed_at = null, outcome = null, dunning_case_id = null
    where e.outcome = 'withdrawn';
  return jsonb_build_object('ok', true, 'code', case when found then 'requested' else 'exists' end);
end $$;
grant execute on function public.request_ending(uuid, boolean, text, text, timestamptz) to service_role;

-- Plans that are to be ended and whose turn it is; whoever takes one has it to itself for so many seconds.
create function public.claim_endings(livemode boolean, most integer, lease_seconds integer, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  claimed_at timestamptz := private.checked_time(claim_endings.at);
  claimed jsonb;
begin
  with due as (
    select e.subscription_id from public.subscription_endings e
    where e.next_attempt_at <= claimed_at and e.livemode = claim_endings.livemode
    order by e.next_attempt_at limit claim_endings.most for update skip locked
  ), taken as (
    update public.subscription_endings e set next_attempt_at = claimed_at + make_interval(secs => claim_endings.lease_seconds)
    from due where e.subscription_id = due.subscription_id
    returning e.*
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'subscription_id', t.subscription_id, 'account_id', t.account_id, 'customer_id', t.customer_id,
    'reason', t.reason, 'comment', t.comment, 'requested_at', t.requested_at, 'is_unpaid', t.dunning_case_id is not null
  ) order by t.requested_at), '[]') into claimed from taken t;
  return claimed;
end $$;
grant execute on function public.claim_endings(boolean, integer, integer, timestamptz) to service_role;

-- Whether a plan is still to be ended, asked once more right before that is done.
create function public.is_ending(subscription_id text) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('ok', true, 'is_ending', exists (
    select from public.subscription_endings e where e.subscription_id = is_ending.subscription_id and e.closed_at is null
  ))
$$;
grant execute on function public.is_ending(text) to service_role;

-- Says what became of an ending: an outcome closes it, else it is tried again at `retry_at`.
create function public.finish_ending(subscription_id text, outcome text, error text, retry_at timestamptz, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  finished timestamptz := private.checked_time(finish_ending.at);
begin
  update public.subscription_endings e
  set outcome = finish_ending.outcome, last_error = finish_ending.error,
      closed_at = case when finish_ending.outcome is not null then finished end,
      next_attempt_at = case when finish_ending.outcome is null then finish_ending.retry_at end
  where e.subscription_id = finish_ending.subscription_id and e.closed_at is null;
  return jsonb_build_object('ok', true, 'code', case when found then coalesce(finish_ending.outcome, 'postponed') else 'closed' end);
end $$;
grant execute on function public.finish_ending(text, text, text, timestamptz, timestamptz) to service_role;

-- A page of the live subscriptions that still have a version of a plan, in the order of their ids.
create function public.find_version_subscribers(plan_key text, version integer, livemode boolean, after_id text, most integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'subscription_id', page.id, 'account_id', page.account_id, 'customer_id', page.customer_id, 'account_name', page.name
  ) order by page.id), '[]')
  from (
    select s.id, s.account_id, s.customer_id, a.name
    from public.subscriptions s join public.accounts a on a.id = s.account_id
    where s.is_mirrored and s.livemode = find_version_subscribers.livemode
      and s.plan_key = find_version_subscribers.plan_key and s.plan_version = find_version_subscribers.version
      and s.status in ('trialing', 'active', 'past_due', 'unpaid', 'paused', 'unknown')
      and (find_version_subscribers.after_id is null or s.id > find_version_subscribers.after_id)
    order by s.id limit find_version_subscribers.most
  ) page
$$;
grant execute on function public.find_version_subscribers(text, integer, boolean, text, integer) to service_role;

-- Notes a new price for a subscription and mails its owners, once. Answers the move that counts: the first one noted.
create function public.note_price_move(
  subscription_id text, account_id uuid, plan_key text, from_version integer, to_version integer,
  moves_at timestamptz, mail jsonb, at timestamptz
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  noted timestamptz := private.checked_time(note_price_move.at);
  move public.price_moves;
begin
  insert into public.price_moves (subscription_id, account_id, plan_key, from_version, to_version, noticed_at, moves_at)
  values (note_price_move.subscription_id, note_price_move.account_id, note_price_move.plan_key,
    note_price_move.from_version, note_price_move.to_version, noted, note_price_move.moves_at)
  on conflict on constraint price_moves_pkey do nothing returning * into move;
  if move.subscription_id is not null then
    perform private.queue_mail(
      note_price_move.account_id, 'price_change',
      concat_ws(':', move.subscription_id, move.plan_key, move.to_version), note_price_move.mail, noted
    );
    return jsonb_build_object('ok', true, 'code', 'noted', 'moves_at', move.moves_at);
  end if;
  return (
    select jsonb_build_object('ok', true, 'code', 'exists', 'moves_at', known.moves_at) from public.price_moves known
    where known.subscription_id = note_price_move.subscription_id and known.plan_key = note_price_move.plan_key
      and known.to_version = note_price_move.to_version
  );
end $$;
grant execute on function public.note_price_move(text, uuid, text, integer, integer, timestamptz, jsonb, timestamptz) to service_role;

-- The new price a subscriber of a plan's version was told of, or null.
create function public.find_price_move(subscription_id text, plan_key text, from_version integer) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('to_version', m.to_version, 'moves_at', m.moves_at)
  from public.price_moves m
  where m.subscription_id = find_price_move.subscription_id and m.plan_key = find_price_move.plan_key
    and m.from_version = find_price_move.from_version
  order by m.to_version desc limit 1
$$;
grant execute on function public.find_price_move(text, text, integer) to service_role;
