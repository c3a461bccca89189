-- The people of the local stack. Everybody's password is "ledgerline".
do $$
begin
  if coalesce(current_setting('ledgerline.movable_clock', true), 'off') <> 'on' then
    raise exception 'These people have a password that everybody knows: they are for the local stack only.';
  end if;
end $$;

create function pg_temp.add_person(name text, address text) returns uuid
language plpgsql as $$
declare
  person uuid := gen_random_uuid();
begin
  insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at, confirmation_token, recovery_token,
    email_change, email_change_token_new, raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
  values (person, 'authenticated', 'authenticated', add_person.address,
    extensions.crypt('ledgerline', extensions.gen_salt('bf', 6)), now(), '', '', '', '',
    '{"provider": "email", "providers": ["email"]}', jsonb_build_object('name', add_person.name), now(), now());
  insert into auth.identities (id, provider, provider_id, user_id, identity_data, created_at, updated_at)
  values (gen_random_uuid(), 'email', person::text, person,
    jsonb_build_object('sub', person::text, 'email', add_person.address, 'email_verified', true), now(), now());
  return person;
end $$;

-- An answer of the ledger that is no "ok" would leave a person without what their name promises.
create function pg_temp.must(answer jsonb) returns void
language plpgsql as $$
begin
  if not (answer ->> 'ok')::boolean then raise exception 'seeding failed: %', answer; end if;
end $$;

-- An answer of the assistant at some time past, rated by the card of 2026-11.
create function pg_temp.use_assistant(account uuid, person uuid, model text, input bigint, output bigint, at timestamptz) returns void
language plpgsql as $$
declare
  input_price constant bigint := case model when 'small-1' then 6000 when 'large-1' then 40000 else 60000 end;
  credits constant bigint := ceil((input * input_price + output * input_price * 5) / 1000000.0);
begin
  perform pg_temp.must(public.deduct_credits(account, 'seed ' || at || model, credits, 'assistant', at, usage => jsonb_build_object(
    'feature', 'assistant', 'model', model, 'input_tokens', input, 'output_tokens', output, 'rate_card_version', '2026-11',
    'user_id', person, 'occurred_at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
  )));
end $$;

do $$
declare
  free uuid := pg_temp.add_person('Fiona Free', 'free@ledgerline.test');
  low uuid := pg_temp.add_person('Leo Low', 'low@ledgerline.test');
  starter uuid := pg_temp.add_person('Stella Starter', 'starter@ledgerline.test');
  past_due uuid := pg_temp.add_person('Petra Past-Due', 'pastdue@ledgerline.test');
  suspended uuid := pg_temp.add_person('Sam Suspended', 'suspended@ledgerline.test');
  disputed uuid := pg_temp.add_person('Dora Disputed', 'disputed@ledgerline.test');
  enterprise uuid := pg_temp.add_person('Erin Enterprise', 'enterprise@ledgerline.test');
  admin uuid := pg_temp.add_person('Ada Admin', 'admin@ledgerline.test');
  team_admin uuid := pg_temp.add_person('Tariq Team-Admin', 'teamadmin@ledgerline.test');
  member uuid := pg_temp.add_person('Mia Member', 'member@ledgerline.test');
  northwind constant uuid := gen_random_uuid();
  account uuid;
  use record;
  month constant timestamptz := date_trunc('month', now(), 'UTC');
begin
  -- The month's free credits, as the tick gives them, and most of them spent.
  select id into account from public.accounts where personal_user_id = low;
  perform pg_temp.must(public.grant_free_month(account, to_char(month, 'YYYY-MM'), 5000, month + interval '1 month', month));
  for use in select month + (now() - month) * n / 17 as at from generate_series(1, 16) n loop
    perform pg_temp.use_assistant(account, low, 'small-1', 20000, 5200, use.at);
  end loop;
  perform pg_temp.must(public.deduct_credits(account, 'seed', 50, 'summarize', now()));

  select id into account from public.accounts where personal_user_id = past_due;
  perform pg_temp.must(public.grant_credits(account, 'seed', 'past due', 20000, 'promotional', 10, now()));

  select id into account from public.accounts where personal_user_id = suspended;
  perform pg_temp.must(public.grant_credits(account, 'seed', 'suspended', 20000, 'promotional', 10, now()));

  insert into public.accounts (id, kind, name) values (northwind, 'team', 'Northwind');
  insert into public.memberships (account_id, user_id, role)
  values (northwind, enterprise, 'owner'), (northwind, team_admin, 'admin'), (northwind, member, 'member');
  perform pg_temp.must(public.grant_credits(northwind, 'seed', 'northwind', 2000000, 'paid', 20, now() - interval '31 days',
    paid_cents => 20000, currency => 'usd'));
  insert into public.account_terms (account_id, monthly_allowance, overage_tiers, credit_limit_cents, net_days,
    warn_after_days, downgrade_after_days, suspend_after_days, agreed_at)
  values (northwind, 5000000, '[{"up_to_credits": null, "cents_per_1000": 8}]', 500000, 30, 7, 21, 45, now() - interval '31 days');
  for use in
    select now() - make_interval(days => 30 - day, hours => 9 - 2 * call) as at,
      (array['small-1', 'large-1', 'reason-1'])[1 + call % 3] as model,
      (array[enterprise, member])[1 + day % 2] as person,
      20000 + 1700 * (day * 7 % 11) as input, 3000 + 400 * (day * 5 % 13) as output
    from generate_series(1, 30) day, generate_series(0, 4) call
    where day % 7 not in (5, 6) order by 1
  loop
    perform pg_temp.use_assistant(northwind, use.person, use.model, use.input, use.output, use.at);
  end loop;

  insert into public.platform_admins (user_id) values (admin);
end $$;
