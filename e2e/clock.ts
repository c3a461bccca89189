import { setting } from "./fixtures";

const DAY = 24 * 60 * 60;

async function move(target: { advanceSeconds: number } | { to: string }): Promise<Date> {
  const answer = await fetch(`${setting("STRIPE_API_BASE")}/_double/clock`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(target),
  });
  if (!answer.ok) throw new Error(`The clock answered ${answer.status}: ${await answer.text()}`);
  return new Date(((await answer.json()) as { now: string }).now);
}

/** Moves the one clock of the stack; everything that falls due on the way happens in its order, the tick included. */
export const passDays = (days: number): Promise<Date> => move({ advanceSeconds: days * DAY });

/** The same, in hours: two of them take a renewal's invoice from draft to paid. */
export const passHours = (hours: number): Promise<Date> => move({ advanceSeconds: hours * 3600 });

/** Moves the clock to just after a moment. */
export const passTo = (moment: Date): Promise<Date> => move({ to: new Date(moment.getTime() + 1000).toISOString() });
