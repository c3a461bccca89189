"use client";

import { useEffect, useState } from "react";

export interface HistoryItem {
  id: string;
  title: string;
}

let publish: (item: HistoryItem) => void = () => undefined;

/** Tells the list of conversations that one has just begun, so that the page need not be read again. */
export function addToHistory(item: HistoryItem): void {
  publish(item);
}

/** The conversations the server listed, with those begun since; and how to forget one that was deleted. */
export function useHistory(listed: HistoryItem[]): [items: HistoryItem[], forget: (id: string) => void] {
  const [added, setAdded] = useState<HistoryItem[]>([]);

  useEffect(() => {
    publish = (item) => setAdded((current) => [item, ...current.filter(({ id }) => id !== item.id)]);
    return () => {
      publish = () => undefined;
    };
  }, []);

  const known = new Set(listed.map(({ id }) => id));
  const items = [...added.filter(({ id }) => !known.has(id)), ...listed];
  return [items, (id) => setAdded((current) => current.filter((item) => item.id !== id))];
}
