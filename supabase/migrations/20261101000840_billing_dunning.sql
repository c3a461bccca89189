create table public.dunning_cases (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null references public.accounts (id),
  stage text not null,
  opened_at timestamptz not null,
  closed_at timestamptz,
  outcome text,
  constraint a_case_has_a_known_stage check (stage in ('retrying', 'warned', 'downgraded', 'suspended')),
  constraint a_closed_case_has_an_outcome check ((closed_at is null) = (outcome is null)),
  constraint a_case_ends_paid_forgiven_or_lost check (outcome in ('paid', 'forgiven', 'lost'))
);
comment on table public.dunning_cases is 'What happens between a failed payment and its end. Stages belong to the account, not to the invoice: one open case an account, whatever number of invoices.';
create unique index one_open_case_an_account on public.dunning_cases (account_id) where closed_at is null;

create table public.dunning_invoices (
  invoice_id text primary key,
  case_id uuid not null references public.dunning_cases (id) on delete cascade,
  attempts integer not null,
  action_required boolean not null,
  outcome text,
  constraint an_invoice_ends_paid_or_void check (outcome in ('paid', 'void'))
);
comment on table public.dunning_invoices is 'The unpaid invoices of a case.';
create index dunning_invoices_case_id on public.dunning_invoices (case_id);

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
grant select, insert, update, delete on public.dunning_cases, public.dunning_invoices, public.account_terms, public.account_holds to service_role;

-- Brings an account's case in step with which invoices are unpaid now: opens it, lets invoices join, and closes it when
-- the last one was paid or voided. `opened_at` never moves later.
create function private.save_dunning(account_id uuid, unpaid jsonb, at timestamptz) returns void
language plpgsql set search_path = '' as $$
#variable_conflict use_column
declare
  open_case uuid;
  first_failed timestamptz;
begin
  select min((member ->> 'failed_at')::timestamptz) into first_failed from jsonb_array_elements(save_dunning.unpaid) member;
  if first_failed is not null then
    insert into public.dunning_cases as known (account_id, stage, opened_at)
    values (save_dunning.account_id, 'retrying', first_failed)
    on conflict (account_id) where closed_at is null do update set opened_at = least(known.opened_at, excluded.opened_at)
    returning id into open_case;
    insert into public.dunning_invoices as known (invoice_id, case_id, attempts, action_required)
    select member ->> 'invoice_id', open_case, (member ->> 'attempts')::integer, (member ->> 'action_required')::boolean
    from jsonb_array_elements(save_dunning.unpaid) member
    on conflict on constraint dunning_invoices_pkey do update
      set case_id = excluded.case_id, attempts = excluded.attempts, action_required = excluded.action_required, outcome = null;
  else
    select c.id into open_case from public.dunning_cases c where c.account_id = save_dunning.account_id and c.closed_at is null for update;
  end if;
  update public.dunning_invoices member
  set outcome = case i.status when 'paid' then 'paid' else 'void' end
  from public.invoices i
  where member.case_id = open_case and member.outcome is null and i.id = member.invoice_id and i.status in ('paid', 'void');
  update public.dunning_cases c
  set closed_at = save_dunning.at,
      outcome = case when exists (select from public.dunning_invoices m where m.case_id = c.id and m.outcome = 'paid') then 'paid' else 'forgiven' end
  where c.id = open_case and not exists (select from public.dunning_invoices m where m.case_id = c.id and m.outcome is null);
end $$;
grant execute on function private.save_dunning(uuid, jsonb, timestamptz) to service_role;
