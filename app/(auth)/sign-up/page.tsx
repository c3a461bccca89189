import type { Metadata, Route } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { textLink } from "@/components/auth/auth-panel";
import { SignUpForm } from "@/components/auth/sign-up-form";
import { HOME, ownPath } from "@/lib/accounts/own-path";
import { getSession } from "@/lib/session";
import { resendConfirmation, signUp } from "../actions";

export const metadata: Metadata = { title: "Create an account" };

type Query = Record<string, string | string[] | undefined>;

export default async function SignUpPage({ searchParams }: { searchParams: Promise<Query> }) {
  const { next: wish } = await searchParams;
  const next = ownPath(typeof wish === "string" ? wish : undefined);
  if (await getSession()) redirect(next as Route);

  const signInPath = next === HOME ? "/sign-in" : `/sign-in?next=${encodeURIComponent(next)}`;
  return (
    <SignUpForm
      signUp={signUp}
      resend={resendConfirmation}
      next={next}
      footer={
        <div className="flex flex-col gap-3">
          <p>
            You have an account?{" "}
            <Link href={signInPath as Route} className={textLink}>
              Sign in
            </Link>
          </p>
          <p className="text-13">
            By creating one you agree to the{" "}
            <Link href={"/legal/terms" as Route} className={textLink}>
              terms
            </Link>{" "}
            and the{" "}
            <Link href={"/legal/privacy" as Route} className={textLink}>
              privacy notice
            </Link>
            .
          </p>
        </div>
      }
    />
  );
}
