import { hasGrant, makeCustomer, type Payer, saveCustomer, spend, subscribe } from "./billing.ts";
import { type Doors, until } from "./doors.ts";

const CAP_CREDITS = 100_000;
/** One long answer of large-1: 400,000 tokens in, 70,000 out. Twelve are more than the allowance. */
const ANSWER = { model: "large-1", input_tokens: 400_000, output_tokens: 70_000, credits: 30_000 };
const ANSWERS = 12;

/** On Starter, with overage allowed and begun. */
export async function makeStarter(doors: Doors, payer: Payer): Promise<void> {
  const customer = await makeCustomer(doors, payer, "tok_visa");
  await saveCustomer(doors, payer, customer);
  await subscribe(doors, payer, customer);
  await until("allowance", () => hasGrant(doors, payer, "alw_rest"));
  await doors.rpc("set_overage", { account_id: payer.account, cap: CAP_CREDITS, at: await doors.now() });
  await spend(doors, payer, ANSWER, ANSWERS, CAP_CREDITS);
}
