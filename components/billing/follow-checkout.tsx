"use client";

import { CircleCheck, CircleX } from "lucide-react";
import type { Route } from "next";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { brand } from "@/components/brand/brand";
import { useBalance } from "@/components/frame/balance";
import { home } from "@/components/frame/sections";
import { buttonVariants } from "@/components/ui/button";
import { Spinner } from "@/components/ui/spinner";
import type { CheckoutProgress } from "@/lib/checkout/progress";
import { type Bought, boughtWords, type Trial } from "./bought-words";

const ASK_EVERY_MS = 1_500;
const LONG_AFTER_MS = 30_000;
const MOST_REFRESHES = 20;
/** What the page knows beside the purchase, such as a refused trial, is read again every so many times it asks. */
const REFRESH_EVERY = 2;

const mailLink = (
  <a href={`mailto:${brand.supportEmail}`} className="text-accent underline underline-offset-4">
    {brand.supportEmail}
  </a>
);

/** Asks how far the purchase is until it has come through or failed. Nothing is given here; it only looks. */
function useProgress(sessionId: string, initial: CheckoutProgress) {
  const router = useRouter();
  const [progress, setProgress] = useState(initial);
  const [takesLong, setTakesLong] = useState(false);
  const { status } = progress;

  useEffect(() => {
    if (status !== "pending") return;
    const controller = new AbortController();
    const started = Date.now();
    let asked = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      const response = await fetch(`/api/checkout/status?session_id=${encodeURIComponent(sessionId)}`, {
        signal: controller.signal,
        cache: "no-store",
      }).catch(() => null);
      if (controller.signal.aborted) return;
      const next = response?.ok ? ((await response.json()) as CheckoutProgress) : null;
      if (next && next.status !== "pending") {
        setProgress(next);
        router.refresh();
        return;
      }
      asked += 1;
      if (asked % REFRESH_EVERY === 0) router.refresh();
      setTakesLong(Date.now() - started > LONG_AFTER_MS);
      timer = setTimeout(() => void ask(), ASK_EVERY_MS);
    };
    timer = setTimeout(() => void ask(), ASK_EVERY_MS);
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [status, sessionId, router]);

  return { progress, takesLong };
}

/** After the payment the credits follow in a moment: looks again until the balance holds them. */
function useArrival({ credits }: Bought): boolean {
  const router = useRouter();
  const available = useBalance() ?? 0;
  const [refreshes, setRefreshes] = useState(0);
  const arrived = available >= credits;

  useEffect(() => {
    if (arrived || refreshes >= MOST_REFRESHES) return;
    const timer = setTimeout(() => {
      router.refresh();
      setRefreshes(refreshes + 1);
    }, ASK_EVERY_MS);
    return () => clearTimeout(timer);
  }, [arrived, refreshes, router]);

  return arrived;
}

function Pending({ takesLong }: { takesLong: boolean }) {
  return (
    <>
      <Spinner className="size-6 text-accent" />
      <h1 className="text-xl font-semibold tracking-tight">Your payment is being confirmed</h1>
      <p className="text-sm text-muted">
        {takesLong
          ? "It takes longer than usual; some banks need a day. You can close this page: what you bought arrives all the same, and a receipt comes by mail."
          : "This takes a few seconds. You can close this page; what you bought arrives all the same."}
      </p>
    </>
  );
}

function Paid({ bought, trial }: { bought: Bought; trial: Trial | null }) {
  const given = trial && bought.kind === "plan" ? { ...bought, credits: trial.credits } : bought;
  const arrived = useArrival(given);
  const { title, text } = boughtWords(given, trial, arrived);
  return (
    <>
      <CircleCheck aria-hidden="true" className="size-6 text-success" />
      <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
      <p className="text-sm text-muted">{text}</p>
      <div className="flex flex-wrap gap-3">
        <Link href={home.href} className={buttonVariants()}>
          {home.label}
        </Link>
        <Link href="/billing" className={buttonVariants({ variant: "secondary" })}>
          {bought.kind === "plan" ? "See your plan" : "See the invoice"}
        </Link>
      </div>
    </>
  );
}

function Refused() {
  return (
    <>
      <CircleX aria-hidden="true" className="size-6 text-warning" />
      <h1 className="text-xl font-semibold tracking-tight">This card has had its free trial before</h1>
      <p className="text-sm text-muted">
        So no second trial was started, and nothing was charged. You can take the plan without a trial.
      </p>
      <Link href={"/billing/plan" as Route} className={buttonVariants()}>
        Choose a plan
      </Link>
    </>
  );
}

function Failed({ kind }: { kind: "pack" | "plan" }) {
  return (
    <>
      <CircleX aria-hidden="true" className="size-6 text-danger" />
      <h1 className="text-xl font-semibold tracking-tight">The payment did not go through</h1>
      <p className="text-sm text-muted">Nothing was charged. You can try again, with another card if you like.</p>
      <Link href={(kind === "pack" ? "/credits#packs" : "/billing/plan") as Route} className={buttonVariants()}>
        Try again
      </Link>
    </>
  );
}

function Unknown() {
  return (
    <>
      <h1 className="text-xl font-semibold tracking-tight">We do not know this purchase</h1>
      <p className="text-sm text-muted">
        It may belong to another account of yours. If you paid and see nothing, write to {mailLink}.
      </p>
      <Link href="/billing" className={buttonVariants({ variant: "secondary" })}>
        To billing
      </Link>
    </>
  );
}

interface FollowCheckoutProps {
  sessionId: string;
  initial: CheckoutProgress;
  /** The trial the account is in, if the plan began with one. */
  trial: Trial | null;
  /** The card has had its trial before, so that the plan was ended again at once. */
  isTrialRefused: boolean;
}

/** What became of a purchase, followed until it is decided. */
export function FollowCheckout({ sessionId, initial, trial, isTrialRefused }: FollowCheckoutProps) {
  const { progress, takesLong } = useProgress(sessionId, initial);
  const refused =
    isTrialRefused && progress.status !== "paid" && "bought" in progress && progress.bought.kind === "plan";
  return (
    <div aria-live="polite" className="flex max-w-lg flex-col items-start gap-4 py-8">
      {refused && <Refused />}
      {!refused && progress.status === "pending" && <Pending takesLong={takesLong} />}
      {progress.status === "paid" && <Paid bought={progress.bought} trial={trial} />}
      {!refused && progress.status === "failed" && <Failed kind={progress.bought.kind} />}
      {progress.status === "unknown" && <Unknown />}
    </div>
  );
}
