import { getSession, type Session } from "@/lib/session";
import { adminClient } from "@/lib/supabase/admin";
import { rpc } from "@/lib/supabase/rpc";
import { userClient } from "@/lib/supabase/server";
import type { Outcome, Persona } from "./state";

/** The people of supabase/seed.sql and what each is for. */
const SEEDED: Record<string, string> = {
  free: "new, on the Free plan",
  low: "almost out of credits",
  starter: "subscribed to Starter, past the allowance",
  pastdue: "on Starter, whose renewal was declined",
  suspended: "unpaid for a fortnight, may not spend",
  disputed: "disputed a payment, and is in debt",
  enterprise: "owner of the team Northwind",
  teamadmin: "admin of Northwind",
  member: "member of Northwind, may not buy",
  admin: "the founder",
};
const IN_A_TEAM = new Set(["enterprise", "teamadmin", "member"].map((name) => `${name}@ledgerline.test`));
/** The password of every seeded person, and of nobody else. */
const PASSWORD = "ledgerline";
const MOST_OTHERS = 12;

interface Owner {
  account_id: string;
  email: string;
}

/** Whom one can be: the seeded people first, then whoever signed up last. */
export async function readPersonas(): Promise<Persona[]> {
  const { data, error } = await adminClient()
    .from("accounts")
    .select("id")
    .eq("kind", "personal")
    .order("created_at", { ascending: false })
    .limit(200);
  if (error) throw new Error(`The accounts could not be read: ${error.message}`);
  const ids = data.map(({ id }) => id);
  const owners = await rpc<Owner[]>("owner_emails", { account_ids: ids });
  const exists = new Set(owners.map(({ email }) => email));
  const seeded = Object.entries(SEEDED)
    .map(([name, what]) => ({ email: `${name}@ledgerline.test`, what }))
    .filter(({ email }) => exists.has(email));
  const others = ids
    .flatMap((id) => owners.filter(({ account_id }) => account_id === id))
    .filter(({ email }) => !seeded.some((persona) => persona.email === email))
    .slice(0, MOST_OTHERS)
    .map(({ email }) => ({ email, what: "signed up here" }));
  return [...seeded, ...others];
}

/**
 * Signs in as somebody, for real: this request's answer carries the session's cookies.
 * @returns a refusal for somebody whose password is their own
 */
export async function becomePersona(email: string): Promise<Outcome> {
  const client = await userClient();
  const { error } = await client.auth.signInWithPassword({ email, password: PASSWORD });
  if (!error) return { ok: true, message: `You are ${email} now.` };
  if (error.code !== "invalid_credentials") throw error;
  return { ok: false, message: `${email} has a password of their own. Sign in with it, or choose somebody else.` };
}

/** The account that somebody's name promises: the team of those who are in one, their own of everybody else. */
export function accountOf(session: Session): string | null {
  const kind = IN_A_TEAM.has(session.user.email) ? "team" : "personal";
  return session.accounts.find((account) => account.kind === kind)?.id ?? null;
}

/** Who is signed in, as the toolbar shows it. */
export async function readWho(): Promise<{ email: string; account: { id: string; name: string } } | null> {
  const session = await getSession();
  return session && { email: session.user.email, account: { id: session.account.id, name: session.account.name } };
}
