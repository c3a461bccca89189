import type { Sql } from "postgres";

/**
 * Makes the roles that hosted Supabase has: the superuser supabase_admin owns nothing of ours; postgres, who
 * migrates, is no superuser, so that row level security and grants behave as they do there.
 */
export async function bootstrapRoles(sql: Sql, password: string): Promise<void> {
  await sql.unsafe(`
    do $$ begin
      if not exists (select from pg_roles where rolname = 'postgres') then
        create role postgres login createrole createdb replication bypassrls;
        create role anon nologin noinherit;
        create role authenticated nologin noinherit;
        create role service_role nologin noinherit bypassrls;
        create role authenticator nologin noinherit;
        grant anon, authenticated, service_role to authenticator;
        grant anon, authenticated, service_role to postgres with admin option;
        alter database postgres owner to postgres;
      end if;
    end $$;
    alter role postgres password '${password.replaceAll("'", "''")}';
  `);
}
