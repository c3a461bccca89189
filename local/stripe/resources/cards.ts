/** How a test card behaves; everything it does not say is a success. */
export interface TestCard {
  number: string;
  decline?: Decline;
  /** declines only when it is charged, not when it is saved */
  savesFirst?: boolean;
  /** asks for 3D Secure: always, or until it was set up for later use */
  authentication?: "always" | "until_set_up";
  /** a dispute follows the payment */
  dispute?: "fraudulent" | "product_not_received" | "inquiry";
  /** an early fraud warning follows the payment */
  isWarnedOf?: boolean;
  /** a refund of it stays pending first, then arrives or fails */
  refund?: "pending" | "fails";
}

export interface Decline {
  code: "card_declined" | "expired_card" | "incorrect_cvc" | "processing_error" | "authentication_required";
  declineCode?: string;
  message: string;
  /** the bank will never say yes: Stripe stops retrying */
  isFinal?: boolean;
}

const declined = (declineCode: string, message = "Your card was declined.", isFinal = false): Decline => ({
  code: "card_declined",
  declineCode,
  message,
  isFinal,
});
const generic = declined("generic_decline");
const insufficient = declined("insufficient_funds", "Your card has insufficient funds.");

/** Stripe's published test cards. https://docs.stripe.com/testing */
const CARDS: TestCard[] = [
  { number: "4242424242424242" },
  { number: "4000056655665556" },
  { number: "5555555555554444" },
  { number: "378282246310005" },
  { number: "4000000000000077" },
  { number: "4000000000000002", decline: generic },
  { number: "4000000000009995", decline: insufficient },
  { number: "4000000000009987", decline: declined("lost_card", "Your card was declined.", true) },
  { number: "4000000000009979", decline: declined("stolen_card", "Your card was declined.", true) },
  {
    number: "4000000000000069",
    decline: { code: "expired_card", declineCode: "expired_card", message: "Your card has expired.", isFinal: true },
  },
  {
    number: "4000000000000127",
    decline: {
      code: "incorrect_cvc",
      declineCode: "incorrect_cvc",
      message: "Your card's security code is incorrect.",
    },
  },
  {
    number: "4000000000000119",
    decline: {
      code: "processing_error",
      declineCode: "processing_error",
      message: "An error occurred while processing your card. Try again in a little bit.",
    },
  },
  { number: "4000000000000341", decline: generic, savesFirst: true },
  { number: "4000000000003220", authentication: "always" },
  { number: "4000000000003063", authentication: "always" },
  { number: "4000002760003184", authentication: "always" },
  { number: "4000002500003155", authentication: "until_set_up" },
  { number: "4000008260003178", authentication: "until_set_up", decline: insufficient, savesFirst: true },
  { number: "4000000000000259", dispute: "fraudulent" },
  { number: "4000000000002685", dispute: "product_not_received" },
  { number: "4000000000001976", dispute: "inquiry" },
  { number: "4000000000005423", isWarnedOf: true },
  { number: "4000000000007726", refund: "pending" },
  { number: "4000000000005126", refund: "fails" },
];

/** The names Stripe gives its test cards as payment methods, without "pm_card_". */
const TOKENS: Record<string, string> = {
  visa: "4242424242424242",
  visa_debit: "4000056655665556",
  mastercard: "5555555555554444",
  amex: "378282246310005",
  us: "4242424242424242",
  bypassPending: "4000000000000077",
  chargeDeclined: "4000000000000002",
  visa_chargeDeclined: "4000000000000002",
  chargeDeclinedInsufficientFunds: "4000000000009995",
  visa_chargeDeclinedInsufficientFunds: "4000000000009995",
  chargeDeclinedLostCard: "4000000000009987",
  visa_chargeDeclinedLostCard: "4000000000009987",
  chargeDeclinedStolenCard: "4000000000009979",
  visa_chargeDeclinedStolenCard: "4000000000009979",
  chargeDeclinedExpiredCard: "4000000000000069",
  chargeDeclinedIncorrectCvc: "4000000000000127",
  chargeDeclinedProcessingError: "4000000000000119",
  chargeCustomerFail: "4000000000000341",
  threeDSecure2Required: "4000000000003220",
  threeDSecureRequired: "4000000000003063",
  authenticationRequired: "4000002760003184",
  authenticationRequiredOnSetup: "4000002500003155",
  authenticationRequiredSetupForOffSession: "4000002500003155",
  authenticationRequiredChargeDeclinedInsufficientFunds: "4000008260003178",
  createDispute: "4000000000000259",
  createDisputeProductNotReceived: "4000000000002685",
  createDisputeInquiry: "4000000000001976",
  createIssuerFraudRecord: "4000000000005423",
  pendingRefund: "4000000000007726",
  refundFail: "4000000000005126",
};

/** The test card of a number, spaces allowed. A number that is none of them behaves like 4242…. */
export function testCard(number: string): TestCard {
  const digits = number.replaceAll(/[ -]/g, "");
  return CARDS.find((card) => card.number === digits) ?? { number: digits };
}

/** The test card behind pm_card_visa, tok_visa and the like. */
export function testCardOfToken(token: string): TestCard | undefined {
  const number = TOKENS[token.replace(/^(pm_card|tok)_/, "")];
  return number && /^(pm_card|tok)_/.test(token) ? testCard(number) : undefined;
}

export function brandOf(number: string): "visa" | "mastercard" | "amex" | "discover" | "unknown" {
  if (number.startsWith("4")) return "visa";
  if (/^(5[1-5]|2[2-7])/.test(number)) return "mastercard";
  if (/^3[47]/.test(number)) return "amex";
  return number.startsWith("6") ? "discover" : "unknown";
}

/** Whether the digits pass the check digit test that Stripe also makes. */
export function isCardNumber(number: string): boolean {
  const digits = [...number.replaceAll(/[ -]/g, "")].map(Number);
  if (digits.length < 12 || digits.length > 19 || digits.some(Number.isNaN)) return false;
  const sum = digits.reverse().reduce((total, digit, at) => {
    const counted = at % 2 === 1 ? digit * 2 : digit;
    return total + (counted > 9 ? counted - 9 : counted);
  }, 0);
  return sum % 10 === 0;
}
