import { askDouble } from "./double";
import type { Deliveries, DeliverySwitch } from "./state";

interface Options {
  duplicate: number;
  reorder: boolean;
  delaySeconds: number;
}

const LATE_SECONDS = 30;

const OPTION: Record<DeliverySwitch, (isOn: boolean) => Partial<Options>> = {
  twice: (isOn) => ({ duplicate: isOn ? 1 : 0 }),
  late: (isOn) => ({ delaySeconds: isOn ? LATE_SECONDS : 0 }),
  shuffled: (isOn) => ({ reorder: isOn }),
};

/** How the local Stripe delivers its events now. */
export async function readDeliveries(): Promise<Deliveries> {
  const { duplicate, reorder, delaySeconds } = await askDouble<Options>("webhooks");
  return { twice: duplicate > 0, late: delaySeconds > 0, shuffled: reorder };
}

/** Has events delivered twice, half a minute late, or in another order, from the next one on. */
export async function switchDelivery(which: DeliverySwitch, isOn: boolean): Promise<void> {
  await askDouble("webhooks", OPTION[which](isOn));
}
