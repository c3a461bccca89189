import Link from "next/link";
import { home } from "@/components/frame/sections";
import { buttonVariants } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";

export default function NotHere() {
  return (
    <>
      <PageHeader title="There is nothing here" />
      <EmptyState
        title="It was deleted, or belongs to another account"
        action={
          <Link href={home.href} className={buttonVariants()}>
            {home.label}
          </Link>
        }
      >
        If you have several accounts, switch to the other one and open the address again.
      </EmptyState>
    </>
  );
}
