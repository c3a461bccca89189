"use client";

import type { Route } from "next";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { Banner } from "@/components/ui/banner";
import { buttonVariants } from "@/components/ui/button";
import { useBalance } from "./balance";
import { type BannerFacts, chooseBanner } from "./banners";
import { isWithin } from "./sections";

/** The place above the content where at most one banner stands; it follows the live balance. */
export function BannerSlot({ facts }: { facts: BannerFacts }) {
  const available = useBalance() ?? facts.available;
  const choice = chooseBanner({ ...facts, available });
  const path = usePathname();
  // The billing pages say themselves what is about to happen to the plan.
  const isSaidThere = choice?.tone === "info" && isWithin(path, "/billing");
  // Where a payment is being followed, what it was a moment ago is no news.
  const isFollowed = choice?.code === "finish_payment" && isWithin(path, "/billing/success");
  if (!choice || isSaidThere || isFollowed) return null;
  // A way to the page that is shown leads nowhere.
  const action = choice.action?.href === path ? null : choice.action;
  const look = buttonVariants({ size: "sm" });
  return (
    <Banner
      tone={choice.tone}
      title={choice.title}
      className="mb-6"
      action={
        action &&
        (action.href.startsWith("/") ? (
          <Link href={action.href as Route} className={look}>
            {action.label}
          </Link>
        ) : (
          <a href={action.href} className={look}>
            {action.label}
          </a>
        ))
      }
    >
      {choice.text}
    </Banner>
  );
}
