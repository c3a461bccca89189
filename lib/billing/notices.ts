/**
 * How many days before a yearly plan renews its owners are told. Card schemes ask for 7 to 30 days, some states for 15
 * to 45: this lies within both.
 */
export const RENEWAL_NOTICE_DAYS = 20;
