import { after } from "next/server";
import { MAX_BODY_BYTES, processPendingEvents, receiveStripeEvent } from "@/lib/events/inbox";
import { runJobsIfDue } from "@/lib/jobs";

export const maxDuration = 60;

const answer = (status: number, code: string) => Response.json({ code }, { status });

/** The body as it was sent, or null as soon as it is too large, without keeping the rest of it. */
async function readBody(request: Request): Promise<string | null> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function workLater(): Promise<void> {
  try {
    await processPendingEvents();
    await runJobsIfDue();
  } catch (error) {
    console.error("The inbox was not worked through; the next tick goes on.", error);
  }
}

/** Stripe's events: verified, stored once, answered; worked on after the answer and on every tick. */
export async function POST(request: Request): Promise<Response> {
  const body = await readBody(request);
  if (body === null) return answer(413, "too_large");
  const received = await receiveStripeEvent(body, request.headers.get("stripe-signature"));
  if (received.status === 200 && received.code !== "ignored") after(workLater);
  return answer(received.status, received.code);
}
