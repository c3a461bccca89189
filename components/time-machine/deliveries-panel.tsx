import { useId } from "react";
import { Switch } from "@/components/ui/switch";
import type { DeliverySwitch } from "@/lib/time-machine/state";
import { Panel, type PanelProps } from "./panel";

const SWITCHES: Array<[which: DeliverySwitch, label: string]> = [
  ["twice", "Twice"],
  ["late", "Half a minute late"],
  ["shuffled", "In another order"],
];

/** How the local Stripe delivers its events, as the real one may. */
export function DeliveriesPanel({ machine, actions, run, underWay }: PanelProps) {
  const id = useId();
  return (
    <Panel title="Stripe delivers its events">
      <ul className="flex flex-wrap gap-x-5 gap-y-2">
        {SWITCHES.map(([which, label]) => (
          <li key={which} className="flex items-center gap-2">
            <Switch
              aria-labelledby={`${id}-${which}`}
              checked={machine.deliveries[which]}
              disabled={underWay !== null}
              onCheckedChange={(isOn) => void run(which, () => actions.setDelivery(which, isOn))}
            />
            <span id={`${id}-${which}`}>{label}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
