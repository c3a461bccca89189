-- Closed by default: whatever later migrations create is out of reach until a line grants it.
create schema if not exists private;
create schema if not exists extensions;
create extension if not exists pgcrypto with schema extensions;

revoke create on schema public from public;
grant usage on schema public to anon, authenticated, service_role;
revoke all on schema private from public;
grant usage on schema private to authenticated, service_role;

alter default privileges revoke execute on functions from public;
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;

-- JSON carries whole numbers exactly only up to 2^53 - 1.
create domain public.credit_count as bigint
  constraint a_credit_count_is_at_least_zero check (value >= 0)
  constraint a_credit_count_fits_json check (value <= 9007199254740991);

-- Answers the time a caller says it is. Refuses one more than 60 seconds from the database's clock,
-- since one server with a wrong clock would otherwise expire everybody's credits for good.
-- Only a local stack, started with ledgerline.movable_clock, may move time.
create function private.checked_time(at timestamptz) returns timestamptz
language plpgsql stable set search_path = '' as $$
begin
  if at is null then
    raise exception 'a time is required' using errcode = 'PT400';
  end if;
  if coalesce(current_setting('ledgerline.movable_clock', true), 'off') <> 'on'
     and abs(extract(epoch from at - clock_timestamp())) > 60 then
    raise exception 'the caller''s clock differs from the database''s by more than 60 seconds: %', at
      using errcode = 'PT400', hint = 'Set the server''s clock.';
  end if;
  return at;
end $$;
grant execute on function private.checked_time(timestamptz) to service_role;
