import { type Mistakes, nothingTyped, type TypedPayment } from "./fields.ts";

/** A card as the payment-method maker wants it. */
export interface TypedCard {
  number: string;
  expMonth: number;
  expYear: number;
  cvc: string;
}

/** Reads a posted payment form; what is missing is empty. */
export function readTypedPayment(form: Record<string, string>): TypedPayment {
  const typed = { ...nothingTyped };
  for (const name of Object.keys(typed) as (keyof TypedPayment)[]) typed[name] = (form[name] ?? "").trim();
  return typed;
}

/**
 * Checks the card fields as a hosted page does before it asks the bank.
 * @param now decides whether the card has expired.
 */
export function readCard(typed: TypedPayment, now: Date): { card: TypedCard } | { mistakes: Mistakes } {
  const mistakes: Mistakes = {};
  const number = typed.number.replace(/[\s-]/g, "");
  if (!/^\d{12,19}$/.test(number) || !passesLuhn(number)) mistakes.number = "Your card number is not valid.";
  const expiry = readExpiry(typed.expiry);
  if (!expiry) mistakes.expiry = "Write the expiry as month and year, for example 12 / 30.";
  else if (hasPassed(expiry, now)) mistakes.expiry = "Your card has expired.";
  if (!/^\d{3,4}$/.test(typed.cvc)) mistakes.cvc = "The security code has three or four digits.";
  if (!typed.name) mistakes.name = "Write the name that is on the card.";
  if (!expiry || Object.keys(mistakes).length > 0) return { mistakes };
  return { card: { number, expMonth: expiry.month, expYear: expiry.year, cvc: typed.cvc } };
}

/** The mistake in an e-mail address, if it has one. */
export function mistakeInEmail(email: string): string | undefined {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) ? undefined : "Write an e-mail address, for example you@example.com.";
}

function readExpiry(text: string): { month: number; year: number } | null {
  const match = /^(\d{1,2})\s*\/?\s*(\d{2}|\d{4})$/.exec(text);
  const month = Number(match?.[1]);
  const year = Number(match?.[2]);
  if (!match || month < 1 || month > 12) return null;
  return { month, year: year < 100 ? 2000 + year : year };
}

function hasPassed({ month, year }: { month: number; year: number }, now: Date): boolean {
  return Date.UTC(year, month, 1) <= now.getTime();
}

function passesLuhn(number: string): boolean {
  const digits = [...number].reverse().map(Number);
  const sum = digits.reduce((total, digit, index) => {
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}
