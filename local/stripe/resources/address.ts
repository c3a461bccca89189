interface SentAddress {
  city?: string;
  country?: string;
  line1?: string;
  line2?: string;
  postal_code?: string;
  state?: string;
}
interface SentShipping {
  address: SentAddress;
  name: string;
  phone?: string;
}

export type Address = Record<"city" | "country" | "line1" | "line2" | "postal_code" | "state", string | null>;

/** An address as Stripe sends it: every field there, empty ones null. */
export function addressOf(sent: SentAddress | "" | null | undefined): Address | null {
  if (!sent) return null;
  const { city = null, country = null, line1 = null, line2 = null, postal_code = null, state = null } = sent;
  return { city, country, line1, line2, postal_code, state };
}

export function shippingOf(sent: SentShipping | "" | null | undefined) {
  if (!sent) return null;
  const address = addressOf(sent.address) ?? undefined;
  return { address, name: sent.name, phone: sent.phone ?? null } as never;
}
