import type { AdminAccount } from "@/lib/admin/account";
import { formatDate } from "@/lib/billing/format";
import type { Draft } from "./draft";

export function hold({ name, hold: held }: AdminAccount): Draft {
  const title = "Hold the account";
  if (held?.reason === "admin") return { kind: "refused", title, text: "It is on hold already." };
  return {
    kind: "confirm",
    title,
    text: `From this moment ${name} can neither spend nor buy. Its plan goes on and is charged; bought credits do not expire meanwhile.`,
    facts: [],
    fields: {},
    confirmLabel: "Hold it now",
    tone: "danger",
  };
}

export function release({ name, hold: held }: AdminAccount): Draft {
  const title = "Release the account";
  if (!held) return { kind: "refused", title, text: "Nothing holds it." };
  return {
    kind: "confirm",
    title,
    text: `${name} can spend and buy again at once, unless its plan is suspended for another reason.`,
    facts: [
      { label: "Held since", value: formatDate(held.heldAt) },
      {
        label: "Because of",
        value: held.note ?? (held.reason === "fraud" ? "A payment disputed as fraud" : "No note"),
      },
    ],
    fields: {},
    confirmLabel: "Release it now",
  };
}

export function overage({ name, cases }: AdminAccount): Draft {
  const title = "Release overage";
  if (!cases.some(({ keepsOverage }) => keepsOverage))
    return { kind: "refused", title, text: "No overage is kept from this account." };
  return {
    kind: "confirm",
    title,
    text: `${name} left a debt behind when its customer was deleted, and has had no overage since. It may have it again.`,
    facts: [],
    fields: {},
    confirmLabel: "Release overage",
  };
}

export const sync = ({ customers }: AdminAccount): Draft => ({
  kind: "confirm",
  title: "Ask Stripe again",
  text: "Its plans, invoices and latest payments are fetched anew, and whatever follows is done. Nothing is charged or granted twice.",
  facts: customers.map(({ id }) => ({ label: "Customer", value: id })),
  fields: {},
  confirmLabel: "Ask now",
});
