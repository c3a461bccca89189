"use client";

import { createContext, type ReactNode, useContext, useEffect, useState } from "react";

interface ServerBalance {
  /** Credits that can be spent now. */
  available: number;
  /** When the server read it, so that a fresh reading replaces what the page counted since. */
  readAt: string;
}

const BalanceContext = createContext<number | undefined>(undefined);

let publish: (available: number) => void = () => undefined;

/** Tells every balance on the page what is available now, for example after an answer was settled. */
export function setBalance(available: number): void {
  publish(available);
}

/** Credits the account can spend now, as last told by the server or by `setBalance`; undefined outside the frame. */
export function useBalance(): number | undefined {
  return useContext(BalanceContext);
}

export function BalanceProvider({ available, readAt, children }: ServerBalance & { children: ReactNode }) {
  const [shown, setShown] = useState({ available, readAt });
  if (shown.readAt !== readAt) setShown({ available, readAt });

  useEffect(() => {
    publish = (next) => setShown((current) => ({ ...current, available: next }));
    return () => {
      publish = () => undefined;
    };
  }, []);

  return <BalanceContext value={shown.available}>{children}</BalanceContext>;
}
