import { Badge } from "@/components/ui/badge";
import { CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import type { AdminAccount } from "@/lib/admin/account";
import { formatDate } from "@/lib/billing/format";
import { linkClass } from "./account-link";

interface StripeCardProps {
  account: AdminAccount;
  /** Where Stripe's Dashboard shows an object; null where there is none, as in local mode. */
  dashboard: string | null;
}

function Id({ path, id, dashboard }: { path: string; id: string; dashboard: string | null }) {
  const name = <span className="font-mono text-13 break-all">{id}</span>;
  if (!dashboard) return name;
  return (
    <a href={`${dashboard}/${path}/${id}`} className={linkClass}>
      {name}
    </a>
  );
}

/** The customers and subscriptions that an account has at Stripe. */
export function StripeObjects({ account, dashboard }: StripeCardProps) {
  const { customers, subscriptions } = account;
  return (
    <>
      <CardHeader className={customers.length === 0 ? "pb-5" : undefined}>
        <CardTitle>At Stripe</CardTitle>
        <CardDescription>
          {customers.length === 0 ? "No customer yet: nothing was ever bought." : "As we last fetched it."}
        </CardDescription>
      </CardHeader>
      {customers.length > 0 && (
        <CardContent>
          <ul className="flex flex-col gap-3">
            {customers.map((customer) => (
              <li key={customer.id} className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
                <Id path="customers" id={customer.id} dashboard={dashboard} />
                {customer.deletedAt && <Badge tone="danger">Deleted {formatDate(customer.deletedAt)}</Badge>}
              </li>
            ))}
            {subscriptions.map((found) => (
              <li key={found.id} className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
                <Id path="subscriptions" id={found.id} dashboard={dashboard} />
                <Badge tone={found.counts ? "accent" : "neutral"}>
                  {found.status.replaceAll("_", " ")}
                  {found.counts ? "" : ", does not count"}
                </Badge>
                <span className="text-13 text-muted">
                  {found.planKey ?? "an unknown price"}, {found.interval ?? "no interval"}, until{" "}
                  {formatDate(found.endedAt ?? found.cancelAt ?? found.periodEnd)}
                </span>
              </li>
            ))}
          </ul>
        </CardContent>
      )}
    </>
  );
}
