import { createUIMessageStreamResponse } from "ai";
import { after } from "next/server";
import { z } from "zod";
import { modelKeys } from "@/lib/ai/models";
import { askAssistant } from "@/lib/assistant/ask";
import { keepable } from "@/lib/assistant/keepable";
import { refusalFor, refuse } from "@/lib/assistant/refusal";
import { entitlementFor } from "@/lib/billing/entitlement";
import { now } from "@/lib/clock";
import { getSession } from "@/lib/session";
import { readStanding } from "@/lib/standing";
import { userClient } from "@/lib/supabase/server";
import { readJson } from "@/lib/usage/body";
import { readOverageStop } from "@/lib/usage/overage-stop";

export const maxDuration = 300;

/** Enough for the longest question, however its characters are escaped. */
const MOST_BYTES = 200_000;

const questionSchema = z.object({
  /** Whom the page believes to be paying. */
  account: z.uuid().toLowerCase(),
  conversationId: z.uuid().toLowerCase(),
  questionId: z.uuid().toLowerCase(),
  answerId: z.uuid().toLowerCase(),
  text: z.string().overwrite(keepable).trim().min(1).max(20_000),
  model: z.enum(modelKeys),
});

/** Answers a question as a stream of UI messages, or refuses it as JSON before anything is sent to a model. */
export async function POST(request: Request): Promise<Response> {
  const session = await getSession();
  if (!session) return refuse("signed_out");
  const body = await readJson(request, MOST_BYTES);
  const asked = questionSchema.safeParse(body.ok ? body.value : null);
  if (!asked.success) return refuse("invalid_request");
  if (asked.data.account !== session.account.id) return refuse("other_account");

  const entitlement = entitlementFor(await readStanding(session.account.id), now());
  if (entitlement.access === "read_only") return refuse("read_only");

  const left = new AbortController();
  try {
    const answer = await askAssistant(
      await userClient(),
      { ...asked.data, account: session.account.id, user: session.user.id },
      {
        overagePermitted: entitlement.overagePermitted,
        signal: AbortSignal.any([request.signal, left.signal]),
      },
    );
    if (!answer.ok) return refuse(answer.code);
    after(answer.closed);
    return createUIMessageStreamResponse({ stream: stoppedWhenLeft(answer.stream, left) });
  } catch (error) {
    const refusal = await refusalFor(error, () => readOverageStop(session.account.id, entitlement));
    if (refusal) return refusal;
    throw error;
  }
}

/** Aborts the model's call when nobody reads its answer any more. */
function stoppedWhenLeft<T>(stream: ReadableStream<T>, left: AbortController): ReadableStream<T> {
  const reader = stream.getReader();
  return new ReadableStream<T>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel(reason) {
      left.abort();
      await reader.cancel(reason);
    },
  });
}
