import type { Metadata, Route } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { AuthPanel, textLink } from "@/components/auth/auth-panel";
import { MailForm } from "@/components/auth/mail-form";
import { SignInForm } from "@/components/auth/sign-in-form";
import { HOME, ownPath } from "@/lib/accounts/own-path";
import { getSession } from "@/lib/session";
import { resendConfirmation, sendMagicLink, signIn } from "../actions";

export const metadata: Metadata = { title: "Sign in" };

type Query = Record<string, string | string[] | undefined>;

function queryOf(next: string, more: Record<string, string> = {}): string {
  const query = new URLSearchParams({ ...more, ...(next === HOME ? {} : { next }) });
  return query.size > 0 ? `?${query}` : "";
}

export default async function SignInPage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams;
  const next = ownPath(typeof query.next === "string" ? query.next : undefined);
  if (await getSession()) redirect(next as Route);

  const footer = (
    <p>
      No account yet?{" "}
      <Link href={`/sign-up${queryOf(next)}` as Route} className={textLink}>
        Create one
      </Link>
    </p>
  );
  if (query.with === "link") {
    return (
      <MailForm
        title="Sign in by mail"
        description="We send you a link that signs you in, once."
        footer={
          <div className="flex flex-col gap-3">
            <Link href={`/sign-in${queryOf(next)}` as Route} className={`${textLink} self-start`}>
              Use a password instead
            </Link>
            {footer}
          </div>
        }
        send={sendMagicLink}
        next={next}
        submitLabel="Send link"
      >
        Its link works once, within an hour.
      </MailForm>
    );
  }
  return (
    <AuthPanel title="Sign in" footer={footer}>
      <SignInForm signIn={signIn} resend={resendConfirmation} next={next} />
      <Link href={`/sign-in${queryOf(next, { with: "link" })}` as Route} className={`${textLink} self-start text-sm`}>
        Get a link by mail instead
      </Link>
    </AuthPanel>
  );
}
