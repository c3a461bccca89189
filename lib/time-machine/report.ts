import { formatCredits } from "@/lib/billing/format";
import { adminClient } from "@/lib/supabase/admin";
import { findCustomer } from "./customer";
import { readEvents } from "./events";
import type { Happening, Report } from "./state";

const MOST_LINES = 40;

const GRANTED: Record<string, string> = {
  alw_bridge: "the first part of the allowance",
  alw_rest: "the allowance",
  alw_back: "the allowance that was withdrawn",
  free: "the free credits of the month",
  trial: "the credits of the trial",
  upg: "more credits for the upgrade",
  pack: "bought credits",
};

interface Owned {
  account: string;
  happening: Happening;
}

async function readMails(from: Date, to: Date): Promise<Owned[]> {
  const { data, error } = await adminClient()
    .from("mail_outbox")
    .select("account_id, kind, sent_at")
    .eq("audience", "owners")
    .gte("sent_at", from.toISOString())
    .lte("sent_at", to.toISOString())
    .order("sent_at")
    .limit(200);
  if (error) throw new Error(`The mails could not be read: ${error.message}`);
  return data.map(({ account_id, kind, sent_at }) => ({
    account: account_id ?? "",
    happening: { at: String(sent_at), text: `Mail sent: ${kind.replaceAll("_", " ")}` },
  }));
}

async function readGrants(from: Date, to: Date): Promise<Owned[]> {
  const { data, error } = await adminClient()
    .from("credit_grants")
    .select("account_id, source, amount, granted_at")
    .gte("granted_at", from.toISOString())
    .lte("granted_at", to.toISOString())
    .order("granted_at")
    .limit(200);
  if (error) throw new Error(`The granted credits could not be read: ${error.message}`);
  return data.map(({ account_id, source, amount, granted_at }) => ({
    account: account_id,
    happening: { at: granted_at, text: `${formatCredits(amount)} credits came in: ${GRANTED[source] ?? source}` },
  }));
}

/**
 * What happened between two moments, from Stripe's events, the mail that left and the credits that came.
 * @param account the one whose happenings are told; without it nobody's are, and all are counted
 */
export async function readReport(wish: {
  from: Date;
  to: Date;
  account: string | null;
  problems: readonly string[];
}): Promise<Report> {
  const { from, to, account, problems } = wish;
  const customer = account ? await findCustomer(account) : null;
  const [events, mails, grants] = await Promise.all([readEvents(from), readMails(from, to), readGrants(from, to)]);
  const all = [
    ...events.map(({ customer: whose, happening }) => ({
      isMine: customer !== null && whose === customer,
      happening,
    })),
    ...[...mails, ...grants].map(({ account: whose, happening }) => ({ isMine: whose === account, happening })),
  ].sort((a, b) => Date.parse(a.happening.at) - Date.parse(b.happening.at));
  const mine = all.filter(({ isMine }) => isMine).map(({ happening }) => happening);
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    mine: mine.slice(0, MOST_LINES),
    others: all.length - mine.length,
    problems,
  };
}
