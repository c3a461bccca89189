import type { Metadata } from "next";
import { cookies } from "next/headers";
import Link from "next/link";
import { AuthPanel } from "@/components/auth/auth-panel";
import { NewPasswordForm } from "@/components/auth/new-password-form";
import { buttonVariants } from "@/components/ui/button-variants";
import { isRecoveryProof, RECOVERY_COOKIE } from "@/lib/accounts/recovery";
import { now } from "@/lib/clock";
import { getSession } from "@/lib/session";
import { setForgottenPassword } from "../actions";

export const metadata: Metadata = { title: "Choose a new password" };

export default async function UpdatePasswordPage() {
  const session = await getSession();
  const proof = (await cookies()).get(RECOVERY_COOKIE)?.value;
  if (!session || !isRecoveryProof(proof, session.user.id, now())) {
    return (
      <AuthPanel
        title="Open the link first"
        description="To choose a new password without the old one, open the link in our mail. It holds for 15 minutes after you opened it."
      >
        <Link href="/reset-password" className={buttonVariants({ size: "lg" })}>
          Send me a link
        </Link>
      </AuthPanel>
    );
  }
  return (
    <AuthPanel title="Choose a new password" description={`For ${session.user.email}.`}>
      <NewPasswordForm setPassword={setForgottenPassword} email={session.user.email} />
    </AuthPanel>
  );
}
