import type { Metadata } from "next";
import { headers } from "next/headers";
import Link from "next/link";
import { textLink } from "@/components/auth/auth-panel";
import { MailForm } from "@/components/auth/mail-form";
import { sendPasswordReset } from "../actions";

export const metadata: Metadata = { title: "Choose a new password" };

export default async function ResetPasswordPage() {
  await headers();
  return (
    <MailForm
      send={sendPasswordReset}
      submitLabel="Send link"
      title="Choose a new password"
      description="We send you a link. Your password stays as it is until you choose another."
      footer={
        <Link href="/sign-in" className={textLink}>
          Back to sign in
        </Link>
      }
    >
      Its link works once, within an hour.
    </MailForm>
  );
}
