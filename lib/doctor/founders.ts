import { env } from "@/lib/env";
import { isLivemode } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";
import { type Finding, look, note, ok, problem } from "./finding";

const UNTOLD =
  "Nobody is told when a webhook is dead, the tick stops or sums differ: there is no ALERT_EMAIL and no admin.";
const WAY_OUT = "Set ALERT_EMAIL to your address, or add yourself to the table platform_admins.";

/** Who is mailed when something needs a person: the addresses of ALERT_EMAIL, else the platform's admins. */
export async function lookAtFounders(): Promise<Finding[]> {
  return look("The admins could not be read", "Apply the migrations: npx supabase db push.", async () => {
    const { ALERT_EMAIL } = env();
    if (ALERT_EMAIL) return [ok(`Trouble is mailed to ${ALERT_EMAIL}.`)];
    const admins = await rpc<string[]>("admin_emails", {});
    if (admins.length > 0) return [ok(`Trouble is mailed to the admins: ${admins.join(", ")}.`)];
    return [isLivemode() ? problem(UNTOLD, WAY_OUT) : note(`${UNTOLD} ${WAY_OUT}`)];
  });
}
