import { makeCustomer, type Payer, payWith, saveCustomer, subscribe } from "./billing.ts";
import { type Doors, until } from "./doors.ts";

const DAY_MS = 86_400_000;
const SUSPENDED_AFTER_DAYS = 15;
/** Every charge of this card is declined. */
const DECLINED = "tok_chargeCustomerFail";

const inSeconds = async ({ now }: Doors, seconds: number) =>
  String(Math.floor((await now()).getTime() / 1000) + seconds);

/**
 * A plan on Starter whose renewal has just been declined. Its period is cut to seconds, and the draft is finalized
 * seconds later, so that Stripe's own first attempt has failed; the app hears of it all when it is there.
 */
export async function makePastDue(doors: Doors, payer: Payer): Promise<void> {
  const { stripe } = doors;
  const customer = await makeCustomer(doors, payer, "tok_mastercard");
  const subscription = await subscribe(doors, payer, customer);
  await payWith(doors, customer, DECLINED);
  await stripe(`/v1/subscriptions/${subscription}`, {
    trial_end: await inSeconds(doors, 2),
    proration_behavior: "none",
  });
  const draft = await until("renewal", async () => {
    const { data } = await stripe<{ data: Array<{ id: string; billing_reason: string }> }>(
      `/v1/invoices?subscription=${subscription}&status=draft`,
    );
    return data.find(({ billing_reason: reason }) => reason === "subscription_cycle");
  });
  await stripe(`/v1/invoices/${draft.id}`, { automatically_finalizes_at: await inSeconds(doors, 2) });
  await until(
    "declined renewal",
    async () => (await stripe<{ status: string }>(`/v1/subscriptions/${subscription}`)).status === "past_due",
  );
  await saveCustomer(doors, payer, customer);
  await stripe(`/v1/subscriptions/${subscription}`, { "metadata[heard]": "yes" });
  await until("case", () => hasCase(doors, payer, "stage=neq.current"));
}

/** The same, a fortnight on: the case is dated back, and the app does what it does on that day. */
export async function makeSuspended(doors: Doors, payer: Payer): Promise<void> {
  await makePastDue(doors, payer);
  const now = await doors.now();
  await doors.supabase(
    `/rest/v1/dunning_cases?account_id=eq.${payer.account}`,
    { opened_at: new Date(now.getTime() - SUSPENDED_AFTER_DAYS * DAY_MS), ask_at: now },
    "PATCH",
  );
  await until("suspension", () => hasCase(doors, payer, "stage=eq.suspended"));
}

async function hasCase({ supabase }: Doors, { account }: Payer, filter: string): Promise<boolean> {
  return (await supabase<object[]>(`/rest/v1/dunning_cases?select=id&account_id=eq.${account}&${filter}`)).length > 0;
}
