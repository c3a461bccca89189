"use client";

import { useEffect, useState } from "react";

const STEPS: Array<[Intl.RelativeTimeFormatUnit, number]> = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" });

/** "3 minutes ago", "in 2 days", "just now". */
export function relativeWords(date: Date, now: Date): string {
  const seconds = Math.round((date.getTime() - now.getTime()) / 1000);
  const step = STEPS.find(([, length]) => Math.abs(seconds) >= length);
  return step ? words.format(Math.trunc(seconds / step[1]), step[0]) : "just now";
}

interface RelativeTimeProps {
  date: Date | string;
  /** The server's time, so that a moved clock in local mode is shown rightly; the browser's counts on from it. */
  now?: Date | string;
}

/** A time as people say it, with the exact one (UTC) on hover. */
export function RelativeTime({ date, now }: RelativeTimeProps) {
  const at = new Date(date);
  const started = now === undefined ? undefined : new Date(now).getTime();
  const [elapsedMs, setElapsedMs] = useState(0);

  useEffect(() => {
    const mounted = Date.now();
    const timer = setInterval(() => setElapsedMs(Date.now() - mounted), 30_000);
    return () => clearInterval(timer);
  }, []);

  const current = started === undefined ? new Date() : new Date(started + elapsedMs);
  return (
    <time dateTime={at.toISOString()} title={`${exact.format(at)} UTC`} suppressHydrationWarning>
      {relativeWords(at, current)}
    </time>
  );
}
