import Link from "next/link";
import { actPath, type Verb } from "@/components/admin/act-path";
import { Banner } from "@/components/ui/banner";
import { buttonVariants } from "@/components/ui/button";
import { PageHeader } from "@/components/ui/page-header";
import { RelativeTime } from "@/components/ui/relative-time";
import type { AdminAccount } from "@/lib/admin/account";
import { formatDate } from "@/lib/billing/format";

interface AccountHeaderProps {
  account: AdminAccount;
  keepsOverage: boolean;
  at: Date;
}

/** The name of an account, what holds it, and what can be done about it as a whole. */
export function AccountHeader({ account, keepsOverage, at }: AccountHeaderProps) {
  const { hold } = account;
  const verbs: Array<[Verb, string]> = [
    ["gift", "Give credits…"],
    ...(hold ? [] : ([["hold", "Hold…"]] as Array<[Verb, string]>)),
    ...(keepsOverage ? ([["overage", "Release overage…"]] as Array<[Verb, string]>) : []),
    ...(account.customers.length > 0 ? ([["sync", "Ask Stripe again…"]] as Array<[Verb, string]>) : []),
  ];
  return (
    <>
      <PageHeader
        title={account.name}
        description={
          <>
            {account.kind === "team" ? "A team" : "A person’s own account"}, since {formatDate(account.createdAt)}.{" "}
            <span className="font-mono text-13 break-all">{account.id}</span>
          </>
        }
        actions={verbs.map(([verb, label]) => (
          <Link
            key={verb}
            href={actPath(account.id, verb)}
            className={buttonVariants({ variant: "secondary", size: "sm" })}
          >
            {label}
          </Link>
        ))}
      />
      {hold && (
        <Banner
          tone="danger"
          title={hold.reason === "fraud" ? "On hold: a payment is disputed as fraud" : "On hold by an admin"}
          action={
            <Link href={actPath(account.id, "release")} className={buttonVariants({ size: "sm" })}>
              Release…
            </Link>
          }
        >
          {hold.note && <>“{hold.note.replace(/\.$/, "")}”. </>}
          It can neither spend nor buy, since <RelativeTime date={hold.heldAt} now={at} />.
        </Banner>
      )}
    </>
  );
}
