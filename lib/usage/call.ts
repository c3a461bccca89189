import type { ModelKey } from "@/lib/billing/catalogue";
import type { TokenUsage } from "@/lib/billing/rating";
import type { AccountId, Credits, UserId } from "@/lib/billing/units";
import type { Balance } from "@/lib/credits/balance";

/** One call of a model that somebody pays for. */
export interface MeteredCall {
  modelKey: ModelKey;
  account: AccountId;
  /** Names this call for ever: made again with the same key, the model is not called and nothing is charged. */
  key: string;
  /** What the usage is booked under. */
  feature: string;
  userId?: UserId;
  /** Credits beyond the balance that the account's plan permits. */
  overagePermitted: Credits;
  /** The longest answer wanted, in tokens, unless the request says so. */
  maxOutputTokens: number;
  /** With credits for a shorter answer than this, in tokens, the call is refused instead of shortened. */
  leastOutputTokens?: number;
  /** How long a reservation outlives its last heartbeat, in seconds. */
  timeToLiveSeconds?: number;
  heartbeatSeconds?: number;
  /** Called about twice a second with what the answer has cost so far. */
  onProgress?: (soFar: Credits) => void;
  /** Called with each heartbeat, to keep what was written so far. */
  onHeartbeat?: (text: string) => Promise<unknown>;
  /** Called once the call is billed, before its last part is handed on. */
  onClose?: (outcome: Outcome) => Promise<unknown>;
}

/** How a metered call ended. */
export interface Outcome {
  /** `late`: the ledger could not be reached; the reservation settles at its last heartbeat when it expires. */
  status: "settled" | "released" | "late";
  ending: "complete" | "stopped" | "failed";
  text: string;
  usage: TokenUsage;
  credits: Credits;
  /** Whether the tokens are our own count, since the provider reported none. */
  estimated: boolean;
  /** The balance right afterwards, where the ledger has told it. */
  balance: Balance | null;
}
