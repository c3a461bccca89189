/** A whole number of credits, what customers hold and spend. */
export type Credits = number & { readonly unit: "credits" };
/** A whole number of the currency's smallest unit, as Stripe counts money. */
export type Cents = number & { readonly unit: "cents" };
/** A whole number of model tokens. */
export type Tokens = number & { readonly unit: "tokens" };
/** The id of an account: who pays and owns credits. */
export type AccountId = string & { readonly of: "account" };
/** The id of a person who signs in. */
export type UserId = string & { readonly of: "user" };

function wholeNumber(value: number, unit: string): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not a whole number of ${unit}`);
  return value;
}

/** @throws RangeError unless `value` is a whole number from 0 to 2⁵³ − 1 */
export const credits = (value: number): Credits => wholeNumber(value, "credits") as Credits;
/** @throws RangeError unless `value` is a whole number from 0 to 2⁵³ − 1 */
export const cents = (value: number): Cents => wholeNumber(value, "cents") as Cents;
/** @throws RangeError unless `value` is a whole number from 0 to 2⁵³ − 1 */
export const tokens = (value: number): Tokens => wholeNumber(value, "tokens") as Tokens;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function uuid(value: string, what: string): string {
  if (!UUID.test(value)) throw new TypeError(`${JSON.stringify(value)} is not the id of ${what}`);
  return value;
}

/** @throws TypeError unless `value` is a lower-case uuid */
export const accountId = (value: string): AccountId => uuid(value, "an account") as AccountId;
/** @throws TypeError unless `value` is a lower-case uuid */
export const userId = (value: string): UserId => uuid(value, "a person") as UserId;
