"use client";

import { useEffect, useRef } from "react";

const NEAR_PIXELS = 200;

const distanceToEnd = () => document.documentElement.scrollHeight - window.innerHeight - window.scrollY;

/**
 * Keeps the end of a growing page in sight while somebody reads along there, and lets go when they scroll up.
 * @param content - changes whenever something was added
 * @param growing - whether more is coming
 */
export function useFollow(content: unknown, growing: boolean): void {
  const follows = useRef(true);

  useEffect(() => {
    window.scrollTo({ top: document.documentElement.scrollHeight });
    const note = () => {
      follows.current = distanceToEnd() < NEAR_PIXELS;
    };
    window.addEventListener("scroll", note, { passive: true });
    return () => window.removeEventListener("scroll", note);
  }, []);

  useEffect(() => {
    if (growing) follows.current = true;
  }, [growing]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the content itself is the signal
  useEffect(() => {
    if (follows.current) window.scrollTo({ top: document.documentElement.scrollHeight });
  }, [content]);
}
