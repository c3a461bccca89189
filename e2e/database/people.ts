import { randomUUID } from "node:crypto";
import type { Sql, TransactionSql } from "postgres";

export interface Person {
  userId: string;
  /** The personal account that was created with the person. */
  accountId: string;
  email: string;
}

/** The password of every person made by createPerson with `canSignIn`. */
export const PASSWORD = "correct-horse-battery";

/**
 * Makes a person, as sign-up would: the user, and by the trigger the personal account.
 *
 * @param canSignIn also gives the password above, which costs some 60 ms of hashing
 */
export async function createPerson(
  sql: Sql,
  {
    email = `${randomUUID()}@example.test`,
    name,
    canSignIn = false,
  }: { email?: string; name?: string; canSignIn?: boolean } = {},
): Promise<Person> {
  const userId = randomUUID();
  const metadata = JSON.stringify(name === undefined ? {} : { name });
  const password = canSignIn ? PASSWORD : null;
  await sql.begin(async (transaction) => {
    await transaction`
      insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at, confirmation_token, recovery_token,
        email_change, email_change_token_new, raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
      values (${userId}, 'authenticated', 'authenticated', ${email},
        case when ${password}::text is null then '' else extensions.crypt(${password}, extensions.gen_salt('bf', 4)) end,
        now(), '', '', '', '', '{"provider":"email","providers":["email"]}', ${metadata}::text::jsonb, now(), now())`;
    await transaction`
      insert into auth.identities (id, provider, provider_id, user_id, identity_data, created_at, updated_at)
      values (${randomUUID()}, 'email', ${userId}, ${userId},
        jsonb_build_object('sub', ${userId}::text, 'email', ${email}::text, 'email_verified', true), now(), now())`;
  });
  const [account] = await sql<Array<{ id: string }>>`select id from public.accounts where personal_user_id = ${userId}`;
  if (!account) throw new Error(`no personal account was created with ${email}`);
  return { userId, accountId: account.id, email };
}

/** Makes a team account with its members. */
export async function createTeam(
  sql: Sql,
  members: Array<{ userId: string; role: "owner" | "admin" | "member" }>,
  name = "Northwind",
): Promise<string> {
  const accountId = randomUUID();
  await sql`insert into public.accounts (id, kind, name) values (${accountId}, 'team', ${name})`;
  for (const { userId, role } of members) {
    await sql`insert into public.memberships (account_id, user_id, role) values (${accountId}, ${userId}, ${role})`;
  }
  return accountId;
}

/**
 * Does something in the database as a signed-in person, a visitor ("anon") or the server ("service_role"), under
 * row level security, in one transaction that is kept.
 */
export async function actAs<T>(
  sql: Sql,
  who: "anon" | "service_role" | (string & {}),
  act: (sql: TransactionSql) => Promise<T>,
): Promise<T> {
  const named = who === "anon" || who === "service_role";
  const claims = named ? { role: who } : { role: "authenticated", sub: who, aud: "authenticated" };
  const [result] = (await sql.begin(async (transaction) => {
    await transaction`select set_config('request.jwt.claims', ${JSON.stringify(claims)}, true), set_config('role', ${claims.role}, true)`;
    return [await act(transaction)];
  })) as [T];
  return result;
}
