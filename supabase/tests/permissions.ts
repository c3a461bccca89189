/** Who somebody is to a team account that owns the rows in question. */
export const ACTORS = ["anon", "outsider", "member", "admin", "owner"] as const;
export type Actor = (typeof ACTORS)[number];

interface Rights {
  /** Who reads a row of the team; the row is the member's own where a person owns it. */
  read: Actor[];
  /** Columns nobody of them reads. */
  hidden?: string[];
  insert?: Actor[];
  update?: Actor[];
  remove?: Actor[];
}

const NOBODY: Rights = { read: [] };
const TEAM: Rights = { read: ["member", "admin", "owner"] };
const MANAGERS: Rights = { read: ["admin", "owner"] };
const THE_PERSON: Rights = { read: ["member"] };

/** Every table and view there is, and what people may do with it. Whatever is not written here, they may not. */
export const relations: Record<string, Rights> = {
  accounts: TEAM,
  memberships: TEAM,
  platform_admins: THE_PERSON,
  mail_outbox: NOBODY,
  attempts: NOBODY,
  api_keys: { ...MANAGERS, hidden: ["key_hash"] },

  usage_events: TEAM,
  usage_daily: TEAM,
  usage_costs: NOBODY,

  credit_balances: TEAM,
  credit_entries: TEAM,
  credit_grants_now: TEAM,
  credit_grants: NOBODY,
  credit_reservations: NOBODY,
  credit_operations: NOBODY,
  overage_choices: TEAM,
  meter_backoffs: NOBODY,
  meter_outbox: NOBODY,

  conversations: THE_PERSON,
  messages: THE_PERSON,

  account_standing: TEAM,
  account_holds: { ...TEAM, hidden: ["note"] },
  account_terms: TEAM,
  checkouts: MANAGERS,
  dunning_cases: TEAM,
  dunning_invoices: NOBODY,
  invoice_lines: TEAM,
  invoices: TEAM,
  job_runs: NOBODY,
  payments: MANAGERS,
  price_moves: NOBODY,
  purchases: TEAM,
  stripe_customer_leases: NOBODY,
  stripe_customers: TEAM,
  stripe_events: NOBODY,
  subscription_endings: {
    ...TEAM,
    hidden: ["customer_id", "livemode", "reason", "comment", "next_attempt_at", "last_error", "outcome"],
  },
  subscriptions: TEAM,
  trials: { ...TEAM, hidden: ["person_id", "card_fingerprint"] },
};

/** Functions that a signed-in person may run. None is for visitors. */
export const forPeople = [
  "private.bring_up_to_date",
  "private.grants_now",
  "private.is_member",
  "private.member_accounts",
  "public.credit_summary",
];

/** Functions that only the server may run. */
export const forTheServer = [
  "private.apply_grants",
  "private.apply_mails",
  "private.apply_voids",
  "private.checked_time",
  "private.confirmed_person",
  "private.follow_fraud",
  "private.follow_payment",
  "private.holds_customer",
  "private.leased_account",
  "private.may_manage",
  "private.may_try",
  "private.next_meter_revision",
  "private.queue_mail",
  "private.save_dunning",
  "private.save_invoice_lines",
  "private.save_invoices",
  "private.save_subscriptions",
  "private.take_customer",
  "public.authenticate_api_key",
  "public.begin_checkout",
  "public.claim_customer",
  "public.claim_endings",
  "public.claim_job",
  "public.claim_mail",
  "public.choose_overage",
  "public.claim_silent_checkouts",
  "public.claim_overdue_customers",
  "public.claim_stripe_events",
  "public.claim_trial",
  "public.claw_back",
  "public.close_checkout",
  "public.close_meter_windows",
  "public.create_api_key",
  "public.create_team",
  "public.cut_meter_windows",
  "public.deduct_credits",
  "public.deduct_many",
  "public.delete_conversation",
  "public.expire_credits",
  "public.find_customer",
  "public.find_ending_trials",
  "public.find_customer_account",
  "public.find_free_accounts",
  "public.find_price_move",
  "public.find_purchase",
  "public.find_version_subscribers",
  "public.finish_answer",
  "public.finish_ending",
  "public.finish_job",
  "public.finish_stripe_event",
  "public.forget_attempts",
  "public.forget_customer",
  "public.freeze_credits",
  "public.grant_credits",
  "public.grant_free_month",
  "public.heartbeat_reservation",
  "public.keep_answer",
  "public.mark_mail_failed",
  "public.mark_mail_sent",
  "public.note_price_move",
  "public.note_payment_problem",
  "public.open_checkout",
  "public.owner_emails",
  "public.queue_mail",
  "public.read_health",
  "public.read_installation",
  "public.read_job",
  "public.read_members",
  "public.read_standing",
  "public.read_unreported_overage",
  "public.read_waiting",
  "public.receive_stripe_event",
  "public.record_usage",
  "public.reinstate",
  "public.release_customer",
  "public.release_reservation",
  "public.rename_account",
  "public.request_ending",
  "public.replay_stripe_event",
  "public.reserve_credits",
  "public.revoke_api_key",
  "public.save_customer",
  "public.save_pack_purchase",
  "public.save_payment",
  "public.save_subscription",
  "public.set_overage",
  "public.settle_reservation",
  "public.start_answer",
  "public.take_attempt",
  "public.void_grant",
];

/** Tables that even the server changes through the ledger's functions alone. */
export const ledgerTables = [
  "credit_balances",
  "credit_entries",
  "credit_grants",
  "credit_operations",
  "credit_reservations",
  "usage_costs",
  "usage_daily",
  "usage_events",
];
