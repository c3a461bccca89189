import { after } from "next/server";
import { MAX_THIN_BODY_BYTES, readErrorReports, receiveThinEvent } from "@/lib/metering/errors";

export const maxDuration = 60;

const answer = (status: number, code: string) => Response.json({ code }, { status });

/** The body as it was sent, or null as soon as it is too large, without keeping the rest of it. */
async function readBody(request: Request): Promise<string | null> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_THIN_BODY_BYTES) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_THIN_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function workLater(): Promise<void> {
  try {
    await readErrorReports();
  } catch (error) {
    console.error("The reports about meter events were not read; the next tick goes on.", error);
  }
}

/** Stripe's thin events about meters: verified by their own secret, stored once, answered; read afterwards. */
export async function POST(request: Request): Promise<Response> {
  const body = await readBody(request);
  if (body === null) return answer(413, "too_large");
  const received = await receiveThinEvent(body, request.headers.get("stripe-signature"));
  if (received.status === 200 && received.code === "stored") after(workLater);
  return answer(received.status, received.code);
}
