-- What platform admins may do to accounts, and the trace it leaves.

create table public.admin_actions (
  id uuid primary key,
  admin_id uuid not null,
  admin_email text not null,
  verb text not null,
  account_id uuid references public.accounts (id) on delete set null,
  arguments jsonb not null,
  reason text not null,
  answer jsonb,
  asked_at timestamptz not null,
  answered_at timestamptz,
  constraint an_act_has_a_reason check (btrim(reason) <> ''),
  constraint answered_exactly_when_it_has_a_time check ((answer is null) = (answered_at is null))
);
comment on table public.admin_actions is 'Everything an admin has done, by the id of the form it was asked with. The row is written before the act and answered after it: one without an answer was begun, and may or may not be done. Nobody may change or delete a row by hand.';
create index admin_actions_in_order on public.admin_actions (asked_at desc, id desc);
create index admin_actions_of_an_account on public.admin_actions (account_id, asked_at desc, id desc);
create index mail_outbox_of_an_account on public.mail_outbox (account_id, queued_at desc);
create index accounts_in_order on public.accounts (created_at desc, id desc);

alter table public.admin_actions enable row level security;
grant select on public.admin_actions to service_role;

-- Writes down what an admin does: without an answer before the act, with its answer after it. The same id again is the
-- same act: what it was asked stays as it was, and so does an answer that was no refusal.
-- Answers { ok, code: 'noted', answer } with what stands there now, or why nothing was written.
create function public.note_admin_action(
  id uuid, admin_id uuid, verb text, account_id uuid, arguments jsonb, reason text, answer jsonb, at timestamptz
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(note_admin_action.at);
  known public.admin_actions;
begin
  if not exists (select from public.platform_admins a where a.user_id = note_admin_action.admin_id) then
    return jsonb_build_object('ok', false, 'code', 'not_an_admin');
  end if;
  if coalesce(btrim(note_admin_action.reason), '') = '' then return jsonb_build_object('ok', false, 'code', 'no_reason'); end if;
  insert into public.admin_actions (id, admin_id, admin_email, verb, account_id, arguments, reason, asked_at)
  select note_admin_action.id, u.id, coalesce(u.email, ''), note_admin_action.verb, note_admin_action.account_id,
    note_admin_action.arguments, btrim(note_admin_action.reason), checked_at
  from auth.users u where u.id = note_admin_action.admin_id
  on conflict do nothing;
  select * into strict known from public.admin_actions a where a.id = note_admin_action.id for update;
  if known.admin_id <> note_admin_action.admin_id or known.verb <> note_admin_action.verb
    or known.account_id is distinct from note_admin_action.account_id or known.arguments <> note_admin_action.arguments
  then
    return jsonb_build_object('ok', false, 'code', 'another_act');
  end if;
  if note_admin_action.answer is not null and (known.answer ->> 'ok') is distinct from 'true' then
    update public.admin_actions a set answer = note_admin_action.answer, answered_at = checked_at
    where a.id = known.id returning * into known;
  end if;
  return jsonb_build_object('ok', true, 'code', 'noted', 'answer', known.answer);
end $$;
grant execute on function public.note_admin_action(uuid, uuid, text, uuid, jsonb, text, jsonb, timestamptz) to service_role;

-- A page of what admins did, newest first, of one account or of all, after the act `before_id`; or the one act `id`.
create function public.read_admin_actions(
  most integer, account_id uuid default null, before_id uuid default null, id uuid default null
) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(page) order by page.asked_at desc, page.id desc), '[]') from (
    select a.*, account.name as account_name
    from public.admin_actions a left join public.accounts account on account.id = a.account_id
    where (read_admin_actions.account_id is null or a.account_id = read_admin_actions.account_id)
      and (read_admin_actions.id is null or a.id = read_admin_actions.id)
      and (read_admin_actions.before_id is null or (a.asked_at, a.id) < (
        select last.asked_at, last.id from public.admin_actions last where last.id = read_admin_actions.before_id))
    order by a.asked_at desc, a.id desc limit least(read_admin_actions.most, 200)
  ) page
$$;
grant execute on function public.read_admin_actions(integer, uuid, uuid, uuid) to service_role;

-- Holds an account: from now on it can neither spend nor buy. A hold for fraud becomes one by an admin, and so outlives
-- the dispute. Answers { ok, code: 'held' | 'unchanged' }.
create function public.hold_account(account_id uuid, note text, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(hold_account.at);
  is_new boolean;
begin
  if not exists (select from public.accounts a where a.id = hold_account.account_id) then
    return jsonb_build_object('ok', false, 'code', 'unknown_account');
  end if;
  insert into public.account_holds as known (account_id, reason, note, held_at)
  values (hold_account.account_id, 'admin', hold_account.note, checked_at)
  on conflict on constraint account_holds_pkey do update set reason = 'admin', note = excluded.note where known.reason <> 'admin';
  is_new := found;
  perform private.follow_freeze(hold_account.account_id, 'admin hold ' || gen_random_uuid(), checked_at);
  return jsonb_build_object('ok', true, 'code', case when is_new then 'held' else 'unchanged' end);
end $$;
grant execute on function public.hold_account(uuid, text, timestamptz) to service_role;

-- Lifts the hold of an account, whoever put it there. Its credits can be spent again unless its plan is suspended.
-- Answers { ok, code: 'released' | 'unchanged' }.
create function public.release_account(account_id uuid, at timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  checked_at constant timestamptz := private.checked_time(release_account.at);
  was_held boolean;
begin
  if not exists (select from public.accounts a where a.id = release_account.account_id) then
    return jsonb_build_object('ok', false, 'code', 'unknown_account');
  end if;
  delete from public.account_holds h where h.account_id = release_account.account_id;
  was_held := found;
  perform private.follow_freeze(release_account.account_id, 'admin release ' || gen_random_uuid(), checked_at);
  return jsonb_build_object('ok', true, 'code', case when was_held then 'released' else 'unchanged' end);
end $$;
grant execute on function public.release_account(uuid, timestamptz) to service_role;

-- The accounts that a Stripe id or an invoice number belongs to.
create function private.accounts_of_stripe(named text) returns setof uuid
language sql stable set search_path = '' as $$
  select c.account_id from public.stripe_customers c where c.customer_id = accounts_of_stripe.named
  union select s.account_id from public.subscriptions s where s.id = accounts_of_stripe.named
  union select i.account_id from public.invoices i where i.id = accounts_of_stripe.named or i.number = accounts_of_stripe.named
  union select p.account_id from public.purchases p where p.session_id = accounts_of_stripe.named or p.payment_intent_id = accounts_of_stripe.named
  union select p.account_id from public.payments p where p.payment_intent_id = accounts_of_stripe.named
  union select c.account_id from public.stripe_events e join public.stripe_customers c on c.customer_id = e.customer_id where e.id = accounts_of_stripe.named
$$;
grant execute on function private.accounts_of_stripe(text) to service_role;
create index invoices_number on public.invoices (number) where number is not null;

-- The accounts that somebody may mean: by account or person id, by a Stripe id, by invoice number, else by a part of the
-- name or of a member's address; null for all.
create function private.accounts_like(query text) returns setof uuid
language plpgsql stable security definer set search_path = '' as $$
declare
  sought constant text := btrim(accounts_like.query);
  part constant text := '%' || regexp_replace(sought, '([%_\\])', '\\\1', 'g') || '%';
begin
  if sought ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    return query select a.id from public.accounts a where a.id = sought::uuid
      union select m.account_id from public.memberships m where m.user_id = sought::uuid;
  else
    return query select private.accounts_of_stripe(sought)
      union select a.id from public.accounts a where a.name ilike part
      union select m.account_id from public.memberships m join auth.users u on u.id = m.user_id where u.email ilike part;
  end if;
end $$;
grant execute on function private.accounts_like(text) to service_role;

-- A page of accounts, newest first: those that are meant, or all. `after_id` is the last one of the page before.
create function public.find_accounts(query text, livemode boolean, most integer, after_id uuid default null) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', page.id, 'name', page.name, 'kind', page.kind, 'created_at', page.created_at,
    'owners', (
      select coalesce(jsonb_agg(u.email order by u.email), '[]') from public.memberships m join auth.users u on u.id = m.user_id
      where m.account_id = page.id and m.role = 'owner'
    ),
    'plan_key', s.plan_key, 'status', s.status, 'stage', s.dunning_stage, 'hold', s.hold, 'is_disputed', s.open_dispute,
    'debt', coalesce(b.debt, 0), 'available', coalesce(b.total - b.reserved, 0)
  ) order by page.created_at desc, page.id desc), '[]')
  from (
    select a.* from public.accounts a
    where (coalesce(btrim(find_accounts.query), '') = '' or a.id in (select private.accounts_like(find_accounts.query)))
      and (find_accounts.after_id is null or (a.created_at, a.id) < (
        select last.created_at, last.id from public.accounts last where last.id = find_accounts.after_id))
    order by a.created_at desc, a.id desc limit least(find_accounts.most, 200)
  ) page
  join public.account_standing s on s.account_id = page.id and s.livemode = find_accounts.livemode
  left join public.credit_balances b on b.account_id = page.id
$$;
grant execute on function public.find_accounts(text, boolean, integer, uuid) to service_role;

-- What support asks of one account that no other reading tells: its people, its customers at Stripe, its plans, its hold,
-- its dunning cases, what waits for a person, and the mail it was sent. Null for no such account.
create function public.read_admin_account(account_id uuid, livemode boolean) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'id', a.id, 'name', a.name, 'kind', a.kind, 'created_at', a.created_at,
    'members', (
      select coalesce(jsonb_agg(jsonb_build_object('id', u.id, 'email', u.email, 'role', m.role, 'last_sign_in_at', u.last_sign_in_at)
        order by array_position(array['owner', 'admin', 'member'], m.role), u.email), '[]')
      from (select * from public.memberships m where m.account_id = a.id order by m.created_at limit 50) m
      join auth.users u on u.id = m.user_id
    ),
    'customers', (
      select coalesce(jsonb_agg(jsonb_build_object('id', c.customer_id, 'created_at', c.created_at, 'deleted_at', c.deleted_at)
        order by c.created_at desc), '[]')
      from public.stripe_customers c where c.account_id = a.id and c.livemode = read_admin_account.livemode
    ),
    'subscriptions', (
      select coalesce(jsonb_agg(to_jsonb(s) order by s.created_at desc), '[]') from (
        select s.id, s.status, s.stripe_status, s.is_mirrored, s.plan_key, s.billing_interval, s.period_start_at, s.period_end_at,
          s.cancel_at, s.ended_at, s.created_at, s.synced_at
        from public.subscriptions s where s.account_id = a.id and s.livemode = read_admin_account.livemode
        order by s.created_at desc limit 10
      ) s
    ),
    'hold', (select jsonb_build_object('reason', h.reason, 'note', h.note, 'held_at', h.held_at) from public.account_holds h where h.account_id = a.id),
    'cases', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', c.id, 'stage', c.stage, 'opened_at', c.opened_at, 'paused_at', c.paused_at, 'closed_at', c.closed_at, 'outcome', c.outcome,
        'overage_released_at', c.overage_released_at,
        'invoices', (
          select coalesce(jsonb_agg(jsonb_build_object('id', i.invoice_id, 'attempts', i.attempts, 'outcome', i.outcome) order by i.invoice_id), '[]')
          from public.dunning_invoices i where i.case_id = c.id
        )
      ) order by c.opened_at desc), '[]')
      from (
        select * from public.dunning_cases c where c.account_id = a.id and c.livemode = read_admin_account.livemode
        order by c.opened_at desc limit 5
      ) c
    ),
    'meter_rows', (
      select coalesce(jsonb_agg(to_jsonb(m) order by m.window_start_at), '[]') from (
        select m.id, m.window_start_at, m.window_end_at, m.value, m.state, m.last_error
        from public.meter_outbox m
        where m.account_id = a.id and m.livemode = read_admin_account.livemode and m.state in ('rejected', 'review')
        order by m.window_start_at limit 20
      ) m
    ),
    'dead_events', (
      select coalesce(jsonb_agg(to_jsonb(e) order by e.received_at desc), '[]') from (
        select e.id, e.type, e.last_error, e.received_at
        from public.stripe_events e join public.stripe_customers c on c.customer_id = e.customer_id
        where c.account_id = a.id and e.livemode = read_admin_account.livemode and e.status = 'dead'
        order by e.received_at desc limit 20
      ) e
    ),
    'mails', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', m.id, 'kind', m.kind, 'queued_at', m.queued_at, 'sent_at', m.sent_at, 'error', m.last_error, 'is_due', m.next_attempt_at is not null,
        'copies', (
          select coalesce(jsonb_agg(jsonb_build_object('address', d.address, 'state', d.state, 'reason', d.reason) order by d.address), '[]')
          from public.mail_deliveries d where d.mail_id = m.id
        )
      ) order by m.queued_at desc, m.id), '[]')
      from (select * from public.mail_outbox m where m.account_id = a.id order by m.queued_at desc limit 15) m
    )
  )
  from public.accounts a where a.id = read_admin_account.account_id
$$;
grant execute on function public.read_admin_account(uuid, boolean) to service_role;

-- The newest trouble of all accounts, a page of each kind: unpaid plans by how far they are, usage that Stripe refused,
-- accounts on hold, and events that were given up.
create function public.read_trouble(livemode boolean, most integer) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'cases', (
      select coalesce(jsonb_agg(to_jsonb(found) order by found.rank desc, found.opened_at), '[]') from (
        select c.account_id, account.name as account_name, c.stage, c.opened_at,
          array_position(array['retrying', 'warned', 'downgraded', 'suspended'], c.stage) as rank,
          (select coalesce(sum(i.due_cents), 0) from public.invoices i join public.dunning_invoices d on d.invoice_id = i.id where d.case_id = c.id and d.outcome is null) as due_cents,
          (select max(i.currency) from public.invoices i join public.dunning_invoices d on d.invoice_id = i.id where d.case_id = c.id) as currency
        from public.dunning_cases c join public.accounts account on account.id = c.account_id
        where c.closed_at is null and c.livemode = read_trouble.livemode
        order by rank desc, c.opened_at limit read_trouble.most
      ) found
    ),
    'stages', (
      select coalesce(jsonb_object_agg(counted.stage, counted.count), '{}') from (
        select c.stage, count(*) from public.dunning_cases c
        where c.closed_at is null and c.livemode = read_trouble.livemode group by c.stage
      ) counted
    ),
    'meter_rows', (
      select coalesce(jsonb_agg(to_jsonb(found) order by found.window_start_at), '[]') from (
        select m.account_id, account.name as account_name, m.state, m.value, m.window_start_at, m.last_error
        from public.meter_outbox m join public.accounts account on account.id = m.account_id
        where m.state in ('rejected', 'review') and m.livemode = read_trouble.livemode
        order by m.window_start_at limit read_trouble.most
      ) found
    ),
    'holds', (
      select coalesce(jsonb_agg(to_jsonb(found) order by found.held_at desc), '[]') from (
        select h.account_id, account.name as account_name, h.reason, h.note, h.held_at
        from public.account_holds h join public.accounts account on account.id = h.account_id
        order by h.held_at desc limit read_trouble.most
      ) found
    ),
    'disputes', (
      select coalesce(jsonb_agg(to_jsonb(found) order by found.synced_at desc), '[]') from (
        select p.account_id, account.name as account_name, p.payment_intent_id, p.charged_cents, p.returned_cents, p.is_fraud, p.synced_at
        from public.payments p join public.accounts account on account.id = p.account_id
        where p.is_disputed and p.livemode = read_trouble.livemode
        order by p.synced_at desc limit read_trouble.most
      ) found
    ),
    'dead_events', (
      select coalesce(jsonb_agg(to_jsonb(found) order by found.finished_at desc), '[]') from (
        select e.id, e.type, e.last_error, e.finished_at, c.account_id, account.name as account_name
        from public.stripe_events e
        left join public.stripe_customers c on c.customer_id = e.customer_id
        left join public.accounts account on account.id = c.account_id
        where e.status = 'dead' and e.livemode = read_trouble.livemode
        order by e.finished_at desc limit read_trouble.most
      ) found
    )
  )
$$;
grant execute on function public.read_trouble(boolean, integer) to service_role;
