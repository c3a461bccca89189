-- What the ledger is measured against: the same rows, written bare.
create table public.bare_balances (account_id uuid primary key, total bigint not null) with (fillfactor = 50);
create table public.bare_entries (account_id uuid, id uuid, credits bigint, at timestamptz, primary key (account_id, id));
create table public.bench_accounts (n integer primary key, account_id uuid not null);

create function public.write_bare(account_id uuid, id uuid) returns jsonb
language plpgsql set search_path = '' as $$
begin
  update public.bare_balances b set total = b.total - 1 where b.account_id = write_bare.account_id;
  insert into public.bare_entries values (account_id, id, -1, clock_timestamp());
  return '{"ok": true}';
end $$;

-- Repeats batches of items on one account, and answers how many items were done.
create procedure public.repeat_batch(operation text, items integer, seconds double precision, inout done bigint)
language plpgsql as $$
declare
  ends_at constant timestamptz := clock_timestamp() + make_interval(secs => seconds);
  account uuid := (select b.account_id from public.bench_accounts b where b.n = 0);
  batch jsonb;
  answer jsonb;
begin
  done := 0;
  while clock_timestamp() < ends_at loop
    select jsonb_agg(jsonb_build_object('key', gen_random_uuid(), 'amount', 1, 'feature', 'bench',
      'usage', case when operation = 'record_usage' then jsonb_build_object('feature', 'bench', 'model', 'm', 'occurred_at', clock_timestamp()) end))
    into batch from generate_series(1, items);
    if operation = 'record_usage' then answer := public.record_usage(account, batch, clock_timestamp());
    else answer := public.deduct_many(account, batch, clock_timestamp());
    end if;
    commit;
    if not (answer ->> 'ok')::boolean then raise exception '% answered %', operation, answer; end if;
    done := done + items;
  end loop;
end $$;
