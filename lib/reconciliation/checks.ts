import { env } from "@/lib/env";
import type { Check } from "./check";
import { customers } from "./customers";
import { events } from "./events";
import { grants } from "./grants";
import { invoices } from "./invoices";
import { ledger } from "./ledger";
import { returns } from "./returns";
import { subscriptions } from "./subscriptions";
import { usage } from "./usage";

/** Everything that is compared, in this order: a customer that is known again brings its subscription, and so on. */
export const allChecks: readonly Check[] = [events, customers, subscriptions, invoices, grants, returns, usage, ledger];

/** The checks that can run here: some count in the database itself and need DATABASE_URL. */
export const possibleChecks = (): Check[] =>
  allChecks.filter((check) => !check.needsDatabaseUrl || env().DATABASE_URL !== undefined);
