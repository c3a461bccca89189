import { Toolbar } from "@/components/time-machine/toolbar";
import { dismissReport, failPayment, moveClock, setDelivery, switchPersona } from "./actions";

const actions = { dismissReport, failPayment, moveClock, setDelivery, switchPersona };

/** The toolbar with its actions. The root layout imports it only where a build was made for local mode. */
export function TimeMachineMount() {
  return <Toolbar actions={actions} />;
}
