-- Writes down, in the same transaction, which call was made and what it was answered: the account's lock is held until
-- then, so the order of the rows is the order in which the calls on one account took effect.
create table public.journal (
  seq bigint generated always as identity primary key,
  n integer not null,
  answer jsonb not null
);
create function public.call_journaled(n integer, name text, args jsonb, linger double precision) returns jsonb
language plpgsql as $$
declare
  answer jsonb;
  list text;
begin
  select string_agg(format('%I => %L', key, value #>> '{}'), ', ') into list from jsonb_each(args);
  execute format('select public.%I(%s)', name, list) into answer;
  perform pg_sleep(linger);
  insert into public.journal (n, answer) values (call_journaled.n, answer);
  return answer;
end $$;
