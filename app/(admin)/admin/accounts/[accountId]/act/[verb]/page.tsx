import { randomUUID } from "node:crypto";
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { z } from "zod";
import { accountPath, linkClass } from "@/components/admin/account-link";
import { ActForm } from "@/components/admin/act-form";
import { VERBS } from "@/components/admin/act-path";
import { ChoiceForm } from "@/components/admin/choice-form";
import { Facts } from "@/components/admin/facts";
import { buttonVariants } from "@/components/ui/button";
import { Card, CardContent, CardFooter } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { readShown } from "../../read";
import { act } from "../actions";
import type { Draft } from "../draft";
import { draftOf } from "../drafts";

export const metadata: Metadata = { title: "Act" };

const verbField = z.enum(VERBS);
const searchFields = z.record(z.string(), z.string().optional().catch(undefined));

interface BodyProps {
  draft: Draft;
  account: string;
  verb: string;
}

function Body({ draft, account, verb }: BodyProps) {
  const back = accountPath(account);
  switch (draft.kind) {
    case "choose":
      return <ChoiceForm questions={draft.questions} fields={draft.fields} back={back} />;
    case "confirm":
      return (
        <>
          {draft.facts.length > 0 && (
            <div className="border-b border-border py-2">
              <Facts facts={draft.facts} />
            </div>
          )}
          <ActForm
            action={act}
            fields={{ verb, account, requestId: randomUUID(), ...draft.fields }}
            confirmLabel={draft.confirmLabel}
            tone={draft.tone}
            back={back}
          />
        </>
      );
    case "refused":
      return (
        <>
          <CardContent>{draft.text}</CardContent>
          <CardFooter>
            <Link href={back} className={buttonVariants({ variant: "secondary" })}>
              Go back
            </Link>
          </CardFooter>
        </>
      );
  }
}

export default async function ActPage({ params, searchParams }: PageProps<"/admin/accounts/[accountId]/act/[verb]">) {
  const asked = await params;
  const { account, at } = await readShown(asked.accountId);
  const verb = verbField.safeParse(asked.verb);
  if (!verb.success) notFound();
  const draft = await draftOf(verb.data, account, searchFields.parse({ ...(await searchParams) }), at);
  if (!draft) notFound();
  return (
    <div className="flex max-w-2xl flex-col gap-6">
      <div className="flex flex-col gap-2">
        <Link href={accountPath(account.id)} className={`${linkClass} self-start text-13`}>
          {account.name}
        </Link>
        <PageHeader title={draft.title} description={draft.kind === "refused" ? undefined : draft.text} />
      </div>
      <Card>
        <Body draft={draft} account={account.id} verb={verb.data} />
      </Card>
    </div>
  );
}
