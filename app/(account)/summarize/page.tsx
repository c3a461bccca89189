import { randomUUID } from "node:crypto";
import type { Metadata } from "next";
import { FixedPriceForm } from "@/components/summarize/fixed-price-form";
import { PageHeader } from "@/components/ui/page-header";
import { fixedPrices } from "@/lib/billing/plans";
import { requireSession } from "@/lib/session";
import { measureText, summarizeText } from "./actions";

export const metadata: Metadata = { title: "Summarize" };

export default async function SummarizePage() {
  const { account } = await requireSession();
  return (
    <div className="flex max-w-3xl flex-col gap-6">
      <PageHeader
        title="Summarize"
        description="The points of a long text, for a price you know before you press. If it fails, it costs nothing."
      />
      <FixedPriceForm
        account={account.id}
        firstRequestId={randomUUID()}
        prices={fixedPrices}
        summarize={summarizeText}
        measure={measureText}
      />
    </div>
  );
}
