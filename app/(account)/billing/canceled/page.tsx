import type { Metadata, Route } from "next";
import Link from "next/link";
import { buttonVariants } from "@/components/ui/button";

export const metadata: Metadata = { title: "Checkout left" };

export default function CanceledPage() {
  return (
    <div className="flex max-w-lg flex-col items-start gap-4 py-8">
      <h1 className="text-xl font-semibold tracking-tight">You left the checkout</h1>
      <p className="text-sm text-muted">
        Nothing was charged. What you had chosen is kept for a while: choose it again to go on where you were.
      </p>
      <div className="flex flex-wrap gap-3">
        <Link href={"/billing/plan" as Route} className={buttonVariants()}>
          Back to plans
        </Link>
        <Link href="/credits#packs" className={buttonVariants({ variant: "secondary" })}>
          See the packs
        </Link>
      </div>
    </div>
  );
}
