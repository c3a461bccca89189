/** How many decimals Stripe keeps of a price in the smallest currency unit (`unit_amount_decimal`). */
const PLACES = 12;
const SCALE = 10n ** BigInt(PLACES);

/**
 * Reads a decimal string into a whole number of 10⁻¹² units, so that prices such as "0.0125" cents stay exact.
 * @throws when the text is not a decimal of at most twelve places.
 */
export function parseDecimal(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,12}))?$/.exec(text);
  if (!match) throw new Error(`Not a decimal of at most ${PLACES} places: ${text}`);
  const [, sign, whole = "0", fraction = ""] = match;
  const value = BigInt(whole) * SCALE + BigInt(fraction.padEnd(PLACES, "0"));
  return sign ? -value : value;
}

/** Writes a scaled value as Stripe writes it: no trailing zeros, no point for whole numbers. */
export function formatDecimal(value: bigint): string {
  const sign = value < 0n ? "-" : "";
  const size = value < 0n ? -value : value;
  const fraction = (size % SCALE).toString().padStart(PLACES, "0").replace(/0+$/, "");
  return `${sign}${size / SCALE}${fraction ? `.${fraction}` : ""}`;
}

/** Rounds a scaled value to whole cents, halves away from zero. */
export function roundDecimal(value: bigint): number {
  const half = SCALE / 2n;
  const size = value < 0n ? -value : value;
  const rounded = (size + half) / SCALE;
  return Number(value < 0n ? -rounded : rounded);
}

/**
 * Takes a share of an amount in cents, rounded half away from zero.
 * @param numerator and @param denominator a fraction such as seconds left over seconds in the period.
 */
export function shareOf(amountCents: number, numerator: number, denominator: number): number {
  if (denominator === 0) throw new Error("A share needs a denominator");
  return roundDecimal((BigInt(amountCents) * SCALE * BigInt(numerator)) / BigInt(denominator));
}

/**
 * Shares an amount in cents out over lines by what each is worth, so that the shares add up to it and none is negative
 * or, where the amount is at most all of them together, more than its line.
 */
export function shareOut(amountCents: number, worths: number[]): number[] {
  const whole = worths.reduce((sum, worth) => sum + worth, 0);
  let passed = 0;
  let given = 0;
  return worths.map((worth) => {
    passed += worth;
    const share = shareOf(amountCents, passed, whole || 1) - given;
    given += share;
    return share;
  });
}
