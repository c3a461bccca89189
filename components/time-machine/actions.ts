import type { DeliverySwitch, Move, Outcome } from "@/lib/time-machine/state";

/** The server actions behind the toolbar. */
export interface TimeMachineActions {
  moveClock(move: Move): Promise<Outcome>;
  dismissReport(): Promise<void>;
  switchPersona(email: string): Promise<Outcome>;
  failPayment(): Promise<Outcome>;
  setDelivery(which: DeliverySwitch, isOn: boolean): Promise<Outcome>;
}
