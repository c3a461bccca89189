import type { Metadata, Route } from "next";
import Link from "next/link";
import { AuthPanel } from "@/components/auth/auth-panel";
import { ConfirmForm } from "@/components/auth/confirm-form";
import { buttonVariants } from "@/components/ui/button-variants";
import { type LinkType, linkFields } from "@/lib/accounts/confirmation";
import { confirmLink } from "../../actions";

export const metadata: Metadata = { title: "Continue", robots: { index: false }, referrer: "no-referrer" };

interface Purpose {
  title: string;
  description: string;
  another: { href: Route; label: string };
}

const SIGN_IN: Purpose = {
  title: "Sign in",
  description: "One press and you are signed in.",
  another: { href: "/sign-in?with=link" as Route, label: "Send me another link" },
};
const SIGN_UP: Purpose = {
  title: "Confirm your address",
  description: "One press and your account is ready.",
  another: { href: "/sign-in", label: "Go to sign in" },
};
const PURPOSES: Record<LinkType, Purpose> = {
  signup: SIGN_UP,
  invite: SIGN_UP,
  email: SIGN_IN,
  magiclink: SIGN_IN,
  email_change: {
    title: "Confirm your new address",
    description: "One press and mail goes to the new address.",
    another: { href: "/settings" as Route, label: "Go to settings" },
  },
  recovery: {
    title: "Choose a new password",
    description: "One press and you can choose it.",
    another: { href: "/reset-password", label: "Send me another link" },
  },
};

type Query = Record<string, string | string[] | undefined>;

export default async function ConfirmPage({ searchParams }: { searchParams: Promise<Query> }) {
  const link = linkFields.safeParse(await searchParams);
  if (!link.success) {
    return (
      <AuthPanel
        title="This link is incomplete"
        description="Copy the whole address from the mail, or get another mail."
      >
        <Link href="/sign-in" className={buttonVariants({ size: "lg" })}>
          Go to sign in
        </Link>
      </AuthPanel>
    );
  }
  const { token_hash, type, next = "" } = link.data;
  return <ConfirmForm {...PURPOSES[type]} confirm={confirmLink} link={{ token_hash, type, next }} />;
}
