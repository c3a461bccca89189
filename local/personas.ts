import type { Environment } from "./environment.ts";

const EMAIL = "starter@ledgerline.test";
const PASSWORD = "ledgerline";
const CAP_CREDITS = 100_000;
/** One long answer of large-1: 400,000 tokens in, 70,000 out. Twelve are more than the allowance. */
const ANSWER = { model: "large-1", input_tokens: 400_000, output_tokens: 70_000, credits: 30_000 };
const ANSWERS = 12;
const WAIT_MS = 120_000;

/**
 * Gives starter@ledgerline.test a subscription at the local Stripe, and use beyond its allowance, once. It needs the app,
 * which hears of the subscription by webhook; so it is done beside the rest, and nobody waits for it.
 *
 * @throws Error when a part refuses, or the app has not granted the allowance within two minutes
 */
export async function makeSubscriber(environment: Environment, signal: AbortSignal): Promise<void> {
  const { SUPABASE_URL = "", SUPABASE_SECRET_KEY = "", SUPABASE_PUBLISHABLE_KEY = "" } = environment;
  const { STRIPE_API_BASE = "", STRIPE_SECRET_KEY = "" } = environment;
  const supabase = <T>(path: string, body?: object, key = SUPABASE_SECRET_KEY) =>
    ask<T>(`${SUPABASE_URL}${path}`, { apikey: key, "content-type": "application/json" }, signal, json(body));
  const rpc = <T>(name: string, args: object) => supabase<T>(`/rest/v1/rpc/${name}`, args);
  const stripe = <T>(path: string, fields?: Record<string, string>) =>
    ask<T>(
      `${STRIPE_API_BASE}${path}`,
      { authorization: `Bearer ${STRIPE_SECRET_KEY}` },
      signal,
      fields && new URLSearchParams(fields),
    );

  const { user } = await supabase<{ user: { id: string } }>(
    "/auth/v1/token?grant_type=password",
    { email: EMAIL, password: PASSWORD },
    SUPABASE_PUBLISHABLE_KEY,
  );
  const [account] = await supabase<Array<{ id: string }>>(`/rest/v1/accounts?select=id&personal_user_id=eq.${user.id}`);
  if (!account) throw new Error(`${EMAIL} has no account`);
  const known = await supabase<object[]>(`/rest/v1/stripe_customers?select=customer_id&account_id=eq.${account.id}`);
  if (known.length > 0) return;

  const now = async () => (await stripe<{ now: string }>("/_double/clock")).now;
  const { id: customer } = await stripe<{ id: string }>("/v1/customers", {
    email: EMAIL,
    name: "Stella Starter",
    "metadata[account]": account.id,
  });
  await rpc("save_customer", { account_id: account.id, customer_id: customer, livemode: false, at: await now() });
  const { id: card } = await stripe<{ id: string }>("/v1/payment_methods", { type: "card", "card[token]": "tok_visa" });
  await stripe(`/v1/payment_methods/${card}/attach`, { customer });
  const price = async (key: string) => {
    const { data } = await stripe<{ data: Array<{ id: string }> }>(`/v1/prices?lookup_keys[]=${key}`);
    const [found] = data;
    if (!found) throw new Error(`the local Stripe has no price ${key}`);
    return found.id;
  };
  await stripe("/v1/subscriptions", {
    customer,
    default_payment_method: card,
    "items[0][price]": await price("starter_monthly_v1"),
    "items[1][price]": await price("starter_overage_v1"),
    "metadata[account]": account.id,
  });

  const deadline = Date.now() + WAIT_MS;
  for (let granted = false; !granted; ) {
    if (Date.now() > deadline) throw new Error(`the app has not granted the allowance of ${EMAIL}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    granted =
      (await supabase<object[]>(`/rest/v1/credit_grants?select=id&source=eq.alw_rest&account_id=eq.${account.id}`))
        .length > 0;
  }
  await rpc("set_overage", { account_id: account.id, cap: CAP_CREDITS, at: await now() });
  const { credits, ...tokens } = ANSWER;
  for (let answer = 1; answer <= ANSWERS; answer += 1) {
    const at = await now();
    const usage = { feature: "assistant", ...tokens, rate_card_version: "2026-11", user_id: user.id, occurred_at: at };
    const done = await rpc<{ ok: boolean; code: string }>("deduct_credits", {
      account_id: account.id,
      key: `persona ${answer}`,
      amount: credits,
      feature: "assistant",
      at,
      overage_permitted: CAP_CREDITS,
      usage,
    });
    if (!done.ok) throw new Error(`an answer of ${EMAIL} was refused: ${done.code}`);
  }
}

const json = (body: object | undefined) => body && JSON.stringify(body);

async function ask<T>(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
  body?: string | URLSearchParams,
): Promise<T> {
  const answer = await fetch(url, { headers, signal, ...(body === undefined ? {} : { method: "POST", body }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${new URL(url).pathname} answered ${answer.status}: ${text.slice(0, 200)}`);
  return (text === "" ? null : JSON.parse(text)) as T;
}
