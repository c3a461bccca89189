/** Somebody one can be in local mode. */
export interface Persona {
  readonly email: string;
  readonly what: string;
}

/** Something that happened while the clock moved. */
export interface Happening {
  readonly at: string;
  readonly text: string;
  readonly href?: string;
}

export interface Report {
  readonly from: string;
  readonly to: string;
  /** What happened to the account one looks at, oldest first. */
  readonly mine: readonly Happening[];
  /** How much happened to others. */
  readonly others: number;
  /** What went wrong on the way, in the words of the double. */
  readonly problems: readonly string[];
}

export interface Deliveries {
  readonly twice: boolean;
  readonly late: boolean;
  readonly shuffled: boolean;
}

/** Everything the toolbar shows. */
export interface TimeMachine {
  readonly now: string;
  /** Since when, and until when, the clock is being moved; null while it stands still. */
  readonly moving: { readonly from: string; readonly to: string | null } | null;
  readonly report: Report | null;
  /** When the subscription of the account one looks at turns next; null without one. */
  readonly nextRenewal: string | null;
  readonly who: { readonly email: string; readonly account: string } | null;
  /** Whether the account is known at Stripe, so that its next payment can be made to fail. */
  readonly hasCustomer: boolean;
  readonly personas: readonly Persona[];
  readonly deliveries: Deliveries;
  readonly links: ReadonlyArray<{ readonly label: string; readonly href: string }>;
}

/** Where the clock is to go. */
export const MOVES = ["day", "week", "renewal"] as const;
export type Move = (typeof MOVES)[number];

export const SWITCHES = ["twice", "late", "shuffled"] as const;
export type DeliverySwitch = (typeof SWITCHES)[number];

export type Outcome =
  | { readonly ok: true; readonly message: string }
  | { readonly ok: false; readonly message: string };
