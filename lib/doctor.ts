import { pathToFileURL } from "node:url";
import { CHECKLIST } from "./doctor/checklist";
import { lookAtDatabase } from "./doctor/database";
import { lookAtArrivals } from "./doctor/events";
import type { Finding, Section } from "./doctor/finding";
import { lookAtFounders } from "./doctor/founders";
import { lookAtMail } from "./doctor/mail";
import { lookAtSettings } from "./doctor/settings";
import { lookAtKey, lookAtStripe } from "./doctor/stripe";
import { readEnvFiles } from "./env-files";
import { EVENT_TYPES } from "./events/types";
import { closeDatabase } from "./supabase/direct";

/**
 * Looks at everything a sale needs, and changes nothing: settings, database, Stripe, arrivals, mail.
 * @param send reaches Supabase's REST; tests give one of their own
 */
export async function examine({ send = fetch }: { send?: typeof fetch } = {}): Promise<Section[]> {
  const settings: Section = { title: "Settings", findings: lookAtSettings() };
  if (settings.findings.some(({ kind }) => kind === "problem")) return [settings];
  return [
    settings,
    { title: "Database", findings: await lookAtDatabase(send) },
    { title: "Stripe", findings: await lookAtAllOfStripe() },
    { title: "Mail", findings: [...(await lookAtMail()), ...(await lookAtFounders())] },
  ];
}

async function lookAtAllOfStripe(): Promise<Finding[]> {
  const key = await lookAtKey();
  if (key.some(({ kind }) => kind === "problem")) return key;
  return [...key, ...(await lookAtStripe(EVENT_TYPES)), ...(await lookAtArrivals(EVENT_TYPES))];
}

export const problemsIn = (sections: readonly Section[]): Finding[] =>
  sections.flatMap(({ findings }) => findings.filter(({ kind }) => kind === "problem"));

const MARKS = { ok: "ok  ", note: "note", problem: "!!  " } as const;

function writeFinding(finding: Finding): string {
  const line = `  ${MARKS[finding.kind]}  ${finding.text}`;
  return finding.kind === "problem" ? `${line}\n        Way out: ${finding.wayOut}` : line;
}

/** The report as it stands in a terminal: every section, the verdict, and what only a person can check. */
export function writeReport(sections: readonly Section[]): string {
  const problems = problemsIn(sections);
  const isPartial = sections.length === 1;
  return [
    ...sections.flatMap(({ title, findings }) => [title, ...findings.map(writeFinding), ""]),
    ...(isPartial ? ["Nothing else was looked at: mend the settings first.", ""] : []),
    problems.length === 0
      ? "Nothing is wrong."
      : `${problems.length} ${problems.length === 1 ? "problem" : "problems"} to mend.`,
    "",
    "Settings that Stripe offers in its Dashboard alone. Tick them yourself, in test and in live mode:",
    ...CHECKLIST.map(
      ({ what, where, value, why }) => `  [ ] ${what}\n      ${where}\n      Assumed: ${value}.\n      ${why}`,
    ),
    "",
  ].join("\n");
}

async function main(args: string[]): Promise<void> {
  if (args.length > 0)
    throw new Error(`${args.join(" ")} is not an option: the doctor has none, and looks at everything.`);
  readEnvFiles(null);
  try {
    const sections = await examine();
    process.stdout.write(writeReport(sections));
    if (problemsIn(sections).length > 0) process.exitCode = 1;
  } finally {
    await closeDatabase();
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
