import { Search } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";

/** One field that finds an account by whatever a customer or Stripe wrote. Works without scripts. */
export function AccountSearch({ query }: { query: string }) {
  return (
    <search>
      <form action="/admin/accounts" className="flex flex-wrap items-center gap-2">
        <div className="relative min-w-0 flex-1 basis-64">
          <Search
            aria-hidden="true"
            className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-muted"
          />
          <Input
            type="search"
            name="q"
            key={query}
            defaultValue={query}
            aria-label="Find an account"
            aria-describedby="what-finds"
            autoComplete="off"
            spellCheck={false}
            className="pl-9"
          />
        </div>
        <Button type="submit">Search</Button>
      </form>
      <p id="what-finds" className="pt-1.5 text-13 text-muted">
        By e-mail address, name, account id, invoice number, or any id of Stripe’s: cus_, sub_, in_, pi_, cs_, evt_.
      </p>
    </search>
  );
}
