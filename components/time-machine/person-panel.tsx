import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/select";
import { Panel, type PanelProps } from "./panel";

/** Signs in as somebody else, and makes the next payment of the account fail. */
export function PersonPanel({ machine, actions, run, underWay }: PanelProps) {
  const { who, personas, hasCustomer } = machine;
  const options = personas.map(({ email, what }) => ({ value: email, label: `${shortName(email)}: ${what}` }));
  const isListed = !who || personas.some(({ email }) => email === who.email);
  const nobody = { value: who?.email ?? "", label: who ? who.email : "Nobody: choose whom to be" };

  async function become(email: string) {
    if (email === nobody.value) return;
    if (await run("persona", () => actions.switchPersona(email))) window.location.assign("/assistant");
  }

  return (
    <Panel title="Who you are">
      <Select
        aria-label="Sign in as"
        options={who && isListed ? options : [nobody, ...options]}
        value={who?.email ?? ""}
        disabled={underWay !== null}
        onValueChange={(email) => void become(email)}
        className="w-full"
      />
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Button
          size="sm"
          variant="secondary"
          pending={underWay === "decline"}
          disabled={!hasCustomer}
          onClick={() => void run("decline", actions.failPayment)}
        >
          Next payment fails
        </Button>
        <p className="text-xs text-muted">
          {hasCustomer ? `of ${who?.account}` : "for an account that has bought something"}
        </p>
      </div>
    </Panel>
  );
}

const shortName = (email: string) => email.replace(/@ledgerline\.test$/, "");
