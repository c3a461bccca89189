create table public.subscriptions (
  id text primary key,
  account_id uuid not null references public.accounts (id),
  customer_id text not null references public.stripe_customers (customer_id),
  livemode boolean not null,
  status text not null,
  stripe_status text not null,
  last_known_status text,
  unknown_since timestamptz,
  is_mirrored boolean not null,
  plan_key text,
  plan_version integer,
  last_known_plan_key text,
  billing_interval text,
  items jsonb not null,
  period_start_at timestamptz not null,
  period_end_at timestamptz not null,
  trial_start_at timestamptz,
  trial_end_at timestamptz,
  cancel_at timestamptz,
  ended_at timestamptz,
  paid_through_at timestamptz,
  collection_paused boolean not null,
  has_metered_item boolean not null,
  overage_plan_key text,
  overage_plan_version integer,
  ever_paid boolean not null,
  pay_url text,
  scheduled_plan_key text,
  scheduled_plan_version integer,
  scheduled_interval text,
  scheduled_at timestamptz,
  pending_plan_key text,
  pending_until timestamptz,
  trial_has_card boolean,
  created_at timestamptz not null,
  synced_at timestamptz not null,
  asked_at timestamptz,
  constraint a_subscription_has_a_known_status check (status in
    ('incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due', 'canceled', 'unpaid', 'paused', 'unknown')),
  constraint an_unknown_status_has_a_beginning check ((status = 'unknown') = (unknown_since is not null)),
  constraint a_period_ends_after_it_starts check (period_end_at > period_start_at),
  constraint an_interval_is_monthly_or_yearly check (billing_interval in ('monthly', 'yearly')),
  constraint a_scheduled_change_is_whole check (
    num_nulls(scheduled_plan_key, scheduled_plan_version, scheduled_interval, scheduled_at) in (0, 4)
  ),
  constraint a_pending_plan_has_an_end check (pending_plan_key is null or pending_until is not null)
);
comment on table public.subscriptions is 'Our snapshots of Stripe''s subscriptions, by their own ids, so that an old one that ends cannot touch a new one. At most one an account is mirrored, that is, counts; further live ones change nothing. scheduled_* is another plan at the end of the period, pending_* an upgrade that waits for its payment, trial_has_card is null outside a trial, overage_plan_* is whose price overage has now: after an upgrade that of the plan before, until it renews. asked_at is when we last asked by ourselves about one that looked late.';
create unique index one_mirrored_subscription_an_account on public.subscriptions (account_id, livemode) where is_mirrored;
create index subscriptions_account_id on public.subscriptions (account_id);
create index subscriptions_period_end_at on public.subscriptions (period_end_at) where is_mirrored;

create table public.invoices (
  id text primary key,
  account_id uuid not null references public.accounts (id),
  customer_id text not null references public.stripe_customers (customer_id),
  livemode boolean not null,
  subscription_id text,
  number text,
  status text not null,
  purpose text not null,
  description text,
  billing_reason text,
  collection_method text not null,
  total_cents bigint not null,
  due_cents bigint not null,
  paid_cents bigint not null default 0,
  currency text not null,
  attempt_count integer not null,
  payment_problem text,
  next_payment_attempt_at timestamptz,
  due_at timestamptz,
  hosted_url text,
  pdf_url text,
  created_at timestamptz not null,
  finalized_at timestamptz,
  paid_at timestamptz,
  synced_at timestamptz not null,
  constraint an_invoice_is_for_a_plan_or_pack_or_else check (purpose in ('plan', 'pack', 'other'))
);
comment on table public.invoices is 'Our snapshots of Stripe''s invoices, for people to read. What was bought is decided from Stripe''s own lines, never from here. payment_problem is why a card that was changed could not pay an open one.';
create index invoices_unsettled on public.invoices (synced_at) where purpose = 'plan' and status in ('draft', 'open');
create index invoices_account_id on public.invoices (account_id, created_at desc, id);

create table public.invoice_lines (
  invoice_id text not null references public.invoices (id) on delete cascade,
  id text not null,
  position integer not null,
  kind text not null,
  plan_key text,
  description text,
  quantity bigint,
  unit text,
  unit_price text,
  amount_cents bigint not null,
  tax_cents bigint not null,
  discount_cents bigint not null,
  period_start_at timestamptz not null,
  period_end_at timestamptz not null,
  primary key (invoice_id, id),
  constraint a_line_is_of_a_known_kind check (kind in ('base', 'overage', 'pack', 'proration', 'credit', 'other'))
);
comment on table public.invoice_lines is 'The lines of our snapshots of invoices, in Stripe''s order. quantity counts what unit says, credits for overage; unit_price is the price of one in cents, as a decimal; amount_cents is before discount and without tax.';

alter table public.subscriptions enable row level security;
alter table public.invoices enable row level security;
alter table public.invoice_lines enable row level security;
create policy "members read their subscriptions" on public.subscriptions
  for select to authenticated using (private.is_member(account_id));
create policy "members read their invoices" on public.invoices
  for select to authenticated using (private.is_member(account_id));
create policy "members read the lines of their invoices" on public.invoice_lines
  for select to authenticated using (exists (
    select from public.invoices i where i.id = invoice_lines.invoice_id and private.is_member(i.account_id)
  ));
grant select on public.subscriptions, public.invoices, public.invoice_lines to authenticated;
grant select, insert, update, delete on public.subscriptions, public.invoices, public.invoice_lines to service_role;
