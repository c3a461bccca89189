"use client";

import { useEffect, useState } from "react";

const keyOf = (name: string): string => `draft:${name}`;

function stored(name: string): string {
  try {
    return sessionStorage.getItem(keyOf(name)) ?? "";
  } catch {
    // Browsers that block storage throw; a draft is then kept for as long as the page is.
    return "";
  }
}

function store(name: string, text: string): void {
  try {
    if (text === "") sessionStorage.removeItem(keyOf(name));
    else sessionStorage.setItem(keyOf(name), text);
  } catch {
    // As above.
  }
}

/**
 * What was typed and not yet sent. It outlives a way to the checkout and back, in this tab.
 * @param name - what it is typed for
 */
export function useDraft(name: string): [draft: string, setDraft: (text: string) => void] {
  const [draft, setDraft] = useState("");
  useEffect(() => setDraft((typed) => (typed === "" ? stored(name) : typed)), [name]);
  return [
    draft,
    (text) => {
      setDraft(text);
      store(name, text);
    },
  ];
}
