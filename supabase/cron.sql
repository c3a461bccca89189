-- Calls the app's tick every minute from the database itself, with pg_cron and pg_net. Run it once in the SQL editor of
-- your Supabase project, with your own address and the app's JOBS_SECRET in the two marked places. Running it again
-- replaces what was there. docs/go-live.md says when you need it.
create extension if not exists pg_cron;
create extension if not exists pg_net;

-- Kept encrypted, so that the schedule below shows neither to whoever reads it.
delete from vault.secrets where name in ('ledgerline_jobs_url', 'ledgerline_jobs_secret');
select vault.create_secret('https://app.example.com/api/jobs', 'ledgerline_jobs_url'); -- your address
select vault.create_secret('the value of JOBS_SECRET', 'ledgerline_jobs_secret'); -- your secret

select cron.schedule('ledgerline tick', '* * * * *', $$
  select net.http_post(
    url := (select decrypted_secret from vault.decrypted_secrets where name = 'ledgerline_jobs_url'),
    headers := jsonb_build_object(
      'content-type', 'application/json',
      'authorization', 'Bearer ' || (select decrypted_secret from vault.decrypted_secrets where name = 'ledgerline_jobs_secret')
    ),
    body := '{}'::jsonb,
    timeout_milliseconds := 60000
  )
$$);

-- What it did:  select status_code, created, error_msg from net._http_response order by created desc limit 5;
-- To stop it:   select cron.unschedule('ledgerline tick');
