import type { Route } from "next";
import Link from "next/link";
import { buttonVariants } from "@/components/ui/button-variants";
import { CardFooter } from "@/components/ui/card";

/** The foot of a list that goes on: the way to its next page. */
export function OlderLink({ href }: { href: Route }) {
  return (
    <CardFooter>
      <Link href={href} className={buttonVariants({ variant: "secondary", size: "sm" })}>
        Older ones
      </Link>
    </CardFooter>
  );
}
