import type { Credits } from "@/lib/billing/units";

/** There are too few credits for even a short answer. The model was not called. */
export class InsufficientCreditsError extends Error {
  override name = "InsufficientCreditsError";

  /**
   * @param available - credits that are free now
   * @param needed - credits that the shortest answer worth having would take
   */
  constructor(
    readonly available: Credits,
    readonly needed: Credits,
  ) {
    super(`There are ${available} credits; this needs at least ${needed}.`);
  }
}

/** The account may not spend at all now, for a reason that more credits of themselves do not mend. The model was not called. */
export class SpendingRefusedError extends Error {
  override name = "SpendingRefusedError";

  constructor(readonly code: "account_frozen" | "in_debt" | "unknown_account" | "invalid_amount" | "invalid_key") {
    super(`The account may not spend: ${code}.`);
  }
}

/** This very request was made before. The model was not called again. */
export class AlreadyMeteredError extends Error {
  override name = "AlreadyMeteredError";

  constructor(readonly key: string) {
    super(`The call ${key} was already made.`);
  }
}
