import type { Metadata, Route } from "next";
import Link from "next/link";
import { AuthPanel, textLink } from "@/components/auth/auth-panel";
import { StopMail } from "@/components/settings/stop-mail";
import { OPTIONAL_MAILS } from "@/lib/email/choices";
import { readUnsubscribeToken } from "@/lib/email/unsubscribe";
import { stopMail } from "./actions";

export const metadata: Metadata = { title: "Stop a kind of mail", robots: { index: false }, referrer: "no-referrer" };

type Query = Record<string, string | string[] | undefined>;

export default async function UnsubscribePage({ searchParams }: { searchParams: Promise<Query> }) {
  const { token } = await searchParams;
  const given = typeof token === "string" ? token : "";
  const wish = readUnsubscribeToken(given);
  const mail = OPTIONAL_MAILS.find(({ kind }) => kind === wish?.kind);
  const settings = (
    <Link href={"/settings/notifications" as Route} className={textLink}>
      All choices, in your settings
    </Link>
  );
  if (!mail) {
    return (
      <AuthPanel
        title="This link is incomplete"
        description="Copy the whole address from the mail, or choose in your settings."
        footer={settings}
      >
        {null}
      </AuthPanel>
    );
  }
  return (
    <AuthPanel title={mail.label} description={mail.text} footer={settings}>
      <StopMail stop={stopMail} token={given} label={mail.label} />
    </AuthPanel>
  );
}
