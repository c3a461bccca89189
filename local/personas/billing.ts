import type { Doors } from "./doors.ts";

/** An account that a persona pays for. */
export interface Payer {
  readonly account: string;
  readonly user: string;
  readonly email: string;
  readonly name: string;
}

/** The account a persona owns: their own, or the team of that name. */
export async function payerOf({ supabase, rpc }: Doors, name: string, team?: string): Promise<Payer> {
  const email = `${name}@ledgerline.test`;
  const members = await supabase<Array<{ user_id: string; account: { id: string; kind: string; name: string } }>>(
    "/rest/v1/memberships?select=user_id,account:accounts!inner(id,kind,name)&role=eq.owner",
  );
  const owned = members.filter(({ account }) => (team ? account.name === team : account.kind === "personal"));
  const owners = await rpc<Array<{ account_id: string; email: string }>>("owner_emails", {
    account_ids: owned.map(({ account }) => account.id),
  });
  const own = owners.find((owner) => owner.email === email);
  const found = owned.find(({ account }) => account.id === own?.account_id);
  if (!found) throw new Error(`${email} has no account`);
  return { account: found.account.id, user: found.user_id, email, name: found.account.name };
}

export async function isKnown({ supabase }: Doors, { account }: Payer): Promise<boolean> {
  return (await supabase<object[]>(`/rest/v1/stripe_customers?select=customer_id&account_id=eq.${account}`)).length > 0;
}

/** Makes a customer at the local Stripe that pays with a card of Stripe's test tokens. */
export async function makeCustomer({ stripe }: Doors, payer: Payer, card: string): Promise<string> {
  const { id: customer } = await stripe<{ id: string }>("/v1/customers", {
    email: payer.email,
    name: payer.name,
    "metadata[account]": payer.account,
  });
  await payWith({ stripe }, customer, card);
  return customer;
}

/** Has a customer pay with this card from now on. */
export async function payWith({ stripe }: Pick<Doors, "stripe">, customer: string, token: string): Promise<void> {
  const { id } = await stripe<{ id: string }>("/v1/payment_methods", { type: "card", "card[token]": token });
  await stripe(`/v1/payment_methods/${id}/attach`, { customer });
  await stripe(`/v1/customers/${customer}`, { "invoice_settings[default_payment_method]": id });
}

/** From here on the app hears of this customer. What was before, it reads when something happens next. */
export async function saveCustomer({ rpc, now }: Doors, { account }: Payer, customer: string): Promise<void> {
  await rpc("save_customer", { account_id: account, customer_id: customer, livemode: false, at: await now() });
}

export async function priceOf({ stripe }: Doors, lookupKey: string): Promise<string> {
  const { data } = await stripe<{ data: Array<{ id: string }> }>(`/v1/prices?lookup_keys[]=${lookupKey}`);
  const [found] = data;
  if (!found) throw new Error(`the local Stripe has no price ${lookupKey}`);
  return found.id;
}

/** Subscribes to Starter with its overage. */
export async function subscribe(doors: Doors, { account }: Payer, customer: string): Promise<string> {
  const { id } = await doors.stripe<{ id: string }>("/v1/subscriptions", {
    customer,
    "items[0][price]": await priceOf(doors, "starter_monthly_v1"),
    "items[1][price]": await priceOf(doors, "starter_overage_v1"),
    "metadata[account]": account,
  });
  return id;
}

export async function hasGrant({ supabase }: Doors, { account }: Payer, source: string): Promise<boolean> {
  const path = `/rest/v1/credit_grants?select=id&source=eq.${source}&account_id=eq.${account}`;
  return (await supabase<object[]>(path)).length > 0;
}

/** An answer of the assistant: so many credits, from which model's tokens. */
export interface Answer {
  readonly model: string;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly credits: number;
}

/** Uses so many answers up. @throws Error if the ledger refuses one */
export async function spend(
  { rpc, now }: Doors,
  { account, user }: Payer,
  { credits, ...tokens }: Answer,
  times: number,
  overagePermitted = 0,
): Promise<void> {
  for (let answer = 1; answer <= times; answer += 1) {
    const at = await now();
    const usage = { feature: "assistant", ...tokens, rate_card_version: "2026-11", user_id: user, occurred_at: at };
    const done = await rpc<{ ok: boolean; code: string }>("deduct_credits", {
      account_id: account,
      key: `persona ${answer}`,
      amount: credits,
      feature: "assistant",
      at,
      overage_permitted: overagePermitted,
      usage,
    });
    if (!done.ok) throw new Error(`an answer was refused: ${done.code}`);
  }
}
