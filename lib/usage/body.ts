export type Body = { ok: true; value: unknown } | { ok: false; code: "too_large" | "not_json" };
export type TextBody = { ok: true; text: string } | { ok: false; code: "too_large" };

/**
 * Reads a request's text and stops at a limit, whatever the request says about its own length.
 * @param mostBytes - the longest body read
 */
export async function readText(request: Request, mostBytes: number): Promise<TextBody> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done || !value) break;
    size += value.byteLength;
    if (size > mostBytes) {
      await reader?.cancel();
      return { ok: false, code: "too_large" };
    }
    chunks.push(value);
  }
  return { ok: true, text: Buffer.concat(chunks).toString("utf8") };
}

/** The same for JSON. */
export async function readJson(request: Request, mostBytes: number): Promise<Body> {
  const body = await readText(request, mostBytes);
  if (!body.ok) return body;
  try {
    return { ok: true, value: JSON.parse(body.text) };
  } catch {
    return { ok: false, code: "not_json" };
  }
}
