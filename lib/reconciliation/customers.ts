import { stripe } from "@/lib/stripe/client";
import { type Check, nextOf, PAGE, type Page, type Run, startingAfter } from "./check";
import { idsOf, readMirror } from "./mirror";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function atStripe(after: string | null): Promise<Page> {
  const list = await stripe().customers.list({ limit: PAGE, ...startingAfter(after) });
  const accountOf = new Map(list.data.map((customer) => [customer.id, customer.metadata.account]));
  const known = await readMirror({
    customers: list.data.map(({ id }) => id),
    accounts: idsOf([...accountOf.values()]).filter((id) => UUID.test(id)),
  });
  const lost = list.data.filter(
    ({ id }) => !known.customers[id] && known.accounts.includes(accountOf.get(id) ?? "not ours"),
  );
  return {
    checked: list.data.length,
    seen: list.data.map(({ id }) => id),
    next: nextOf(list),
    findings: lost.map(({ id }) => ({
      rule: "Every customer made for an account is known here",
      key: id,
      account: accountOf.get(id) ?? null,
      text: `Stripe has the customer ${id} for this account, which knows nothing of it. What it pays is not seen.`,
      ours: null,
      theirs: id,
      mend: null,
    })),
  };
}

async function here(after: string | null, run: Run): Promise<Page> {
  const { held, next } = await run.unseen("customer", null, after ?? "");
  return {
    checked: held.length,
    next,
    findings: held.map(({ id, account }) => ({
      rule: "Every customer known here exists at Stripe",
      key: id,
      account,
      text: `Stripe has the customer ${id} no more.`,
      ours: id,
      theirs: null,
      mend: { what: "deleted", customer: id },
    })),
  };
}

/** Customers: each that was made for an account is known, and each that is known exists. */
export const customers: Check = {
  key: "customers",
  title: "Customers",
  agrees: "Every customer is known on both sides.",
  alert: "sums_differ",
  phases: [atStripe, here],
};
