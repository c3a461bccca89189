export type Body = { ok: true; value: unknown } | { ok: false; code: "too_large" | "not_json" };

/**
 * Reads a request's JSON and stops at a limit, whatever the request says about its own length.
 * @param mostBytes - the longest body read
 */
export async function readJson(request: Request, mostBytes: number): Promise<Body> {
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
  try {
    return { ok: true, value: JSON.parse(Buffer.concat(chunks).toString("utf8")) };
  } catch {
    return { ok: false, code: "not_json" };
  }
}
