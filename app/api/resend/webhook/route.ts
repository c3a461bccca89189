import { MAX_DELIVERY_BYTES, receiveDelivery } from "@/lib/email/deliveries";
import { isLivemode } from "@/lib/stripe/client";

const answer = (status: number, code: string) => Response.json({ code }, { status });

/** The body as it was sent, or null as soon as it is too large, without keeping the rest of it. */
async function readBody(request: Request): Promise<string | null> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_DELIVERY_BYTES) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_DELIVERY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** What became of each mail, signed by Resend. Closed while RESEND_WEBHOOK_SECRET is not set. */
export async function POST(request: Request): Promise<Response> {
  const body = await readBody(request);
  if (body === null) return answer(413, "too_large");
  const signed = {
    id: request.headers.get("svix-id"),
    timestamp: request.headers.get("svix-timestamp"),
    signature: request.headers.get("svix-signature"),
  };
  const received = await receiveDelivery(body, signed, isLivemode());
  return answer(received.status, received.code);
}
