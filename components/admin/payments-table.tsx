import type { Route } from "next";
import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import { formatDate, formatMoney } from "@/lib/billing/format";
import type { AccountId } from "@/lib/billing/units";
import type { Payment } from "@/lib/payments/list";
import { linkClass } from "./account-link";
import { actPath } from "./act-path";
import { disputeWords } from "./dispute-words";

function whatCameBack(payment: Payment): string | null {
  const going = payment.refunds.filter(({ status }) => status === "pending" || status === "requires_action");
  const failed = payment.refunds.filter(({ status }) => status === "failed");
  const parts = [
    payment.returnedCents > 0 && `${formatMoney(payment.returnedCents, payment.currency)} back`,
    going.length > 0 && `${going.length} refund${going.length === 1 ? "" : "s"} on the way`,
    failed.length > 0 && `${failed.length} refund${failed.length === 1 ? "" : "s"} failed`,
    payment.creditNotes.length > 0 && `credited by ${payment.creditNotes.map(({ number }) => number).join(", ")}`,
  ];
  return parts.filter(Boolean).join(", ") || null;
}

const isRefundable = (payment: Payment) =>
  payment.kind === "pack" &&
  payment.returnedCents < payment.chargedCents &&
  !(payment.dispute && disputeWords(payment.dispute).isOpen);

/** What an account paid, the newest first: for what, what came back, and whether a bank asks for it. */
export function PaymentsTable({ account, payments }: { account: AccountId; payments: readonly Payment[] }) {
  return (
    <Table caption="Payments, the newest first">
      <THead>
        <TR>
          <TH>Payment</TH>
          <TH>Date</TH>
          <TH>Came back</TH>
          <TH numeric>Charged</TH>
          <TH numeric>
            <span className="sr-only">What can be done</span>
          </TH>
        </TR>
      </THead>
      <TBody>
        {payments.map((payment) => {
          const dispute = payment.dispute && disputeWords(payment.dispute);
          return (
            <TR key={payment.paymentIntent}>
              <TD className="min-w-40">
                {payment.what}
                <span className="block font-mono text-xs break-all text-muted">{payment.paymentIntent}</span>
              </TD>
              <TD className="whitespace-nowrap text-muted tabular-nums">{formatDate(payment.at)}</TD>
              <TD className="min-w-32">
                {dispute && <Badge tone={dispute.tone}>{dispute.label}</Badge>}
                <span className="block text-13 text-muted">{whatCameBack(payment) ?? (dispute ? "" : "Nothing")}</span>
              </TD>
              <TD numeric>{formatMoney(payment.chargedCents, payment.currency)}</TD>
              <TD numeric className="whitespace-nowrap">
                <span className="inline-flex gap-4">
                  {isRefundable(payment) && (
                    <Link href={actPath(account, "refund", { payment: payment.paymentIntent })} className={linkClass}>
                      Refund…
                    </Link>
                  )}
                  <Link
                    href={`/admin/payments/${payment.paymentIntent}/evidence` as Route}
                    prefetch={false}
                    className={linkClass}
                  >
                    Evidence
                  </Link>
                </span>
              </TD>
            </TR>
          );
        })}
      </TBody>
    </Table>
  );
}
