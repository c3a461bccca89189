import type { Route } from "next";
import Link from "next/link";

export const linkClass = "rounded-sm text-accent underline underline-offset-4 hover:no-underline";

export const accountPath = (id: string) => `/admin/accounts/${id}` as Route;

/** The name of an account, leading to all about it. */
export function AccountLink({ id, name }: { id: string; name: string }) {
  return (
    <Link href={accountPath(id)} className={linkClass}>
      {name}
    </Link>
  );
}
