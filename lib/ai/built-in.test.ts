import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { convertReadableStreamToArray } from "ai/test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { BROKEN_STREAM_PROMPT, builtInModel, OUTAGE_PROMPT } from "./built-in";
import { countPromptTokens, countTextTokens } from "./tokens";

const asked = (text: string, more: Partial<LanguageModelV4CallOptions> = {}): LanguageModelV4CallOptions => ({
  prompt: [{ role: "user", content: [{ type: "text", text }] }],
  ...more,
});
const model = builtInModel({ key: "small-1", millisecondsPerToken: 0 });
const reasoning = builtInModel({ key: "reason-1", reasons: true, millisecondsPerToken: 0 });

const textOf = (parts: LanguageModelV4StreamPart[]) =>
  parts.map((part) => (part.type === "text-delta" ? part.delta : "")).join("");

function usageOf(parts: LanguageModelV4StreamPart[]) {
  const finish = parts.find((part) => part.type === "finish");
  if (finish?.type !== "finish") throw new Error("the stream did not finish");
  return finish.usage;
}

async function partsFrom(from: typeof model, options: LanguageModelV4CallOptions) {
  const { stream } = await from.doStream(options);
  return convertReadableStreamToArray(stream);
}

afterEach(() => vi.unstubAllEnvs());

describe("the built-in model", () => {
  it("gives the same prompt the same answer", async () => {
    const options = asked("Compare charging per seat with charging per use.");
    expect(textOf(await partsFrom(model, options))).toBe(textOf(await partsFrom(model, options)));
  });

  it("speaks about what it was asked", async () => {
    expect(textOf(await partsFrom(model, asked("How do I price an API for weather data?")))).toMatch(/weather|price/i);
  });

  it("writes the mail it was asked for", async () => {
    const mail = textOf(
      await partsFrom(model, asked("Write an email that tells customers our prices change on 1 March")),
    );
    expect(mail).toContain("**Subject: Our prices change on 1 March**");
  });

  it("bills exactly the tokens it was sent and those it wrote", async () => {
    const options = asked("Plan a launch, week by week.");
    const parts = await partsFrom(model, options);
    const usage = usageOf(parts);
    expect(usage.inputTokens.total).toBe(countPromptTokens(options.prompt));
    expect(usage.outputTokens.text).toBe(countTextTokens(textOf(parts)));
  });

  it("never tears a letter of another script apart", async () => {
    expect(textOf(await partsFrom(model, asked("日本語でお願いします 🎉")))).not.toContain("\uFFFD");
  });

  it("keeps its thoughts in a pool of their own", async () => {
    const { outputTokens } = usageOf(await partsFrom(reasoning, asked("Is 91 a prime number?")));
    expect(outputTokens.reasoning).toBeGreaterThan(10);
    expect(outputTokens.total).toBe((outputTokens.text ?? 0) + (outputTokens.reasoning ?? 0));
  });

  it("never writes more than the call allows", async () => {
    const parts = await partsFrom(reasoning, asked("Plan a launch.", { maxOutputTokens: 30 }));
    expect(usageOf(parts).outputTokens.total).toBe(30);
    expect(parts.at(-1)).toMatchObject({ type: "finish", finishReason: { unified: "length" } });
  });

  it("stops at once when the call is aborted", async () => {
    const abort = new AbortController();
    const slow = builtInModel({ key: "small-1", millisecondsPerToken: 60_000 });
    const { stream } = await slow.doStream(asked("hello", { abortSignal: abort.signal }));
    const reader = stream.getReader();
    const read = (async () => {
      while (!(await reader.read()).done);
    })();
    abort.abort(new Error("enough"));
    await expect(read).rejects.toThrow("enough");
  });

  it("plays an outage in local mode only", async () => {
    await expect(model.doStream(asked(OUTAGE_PROMPT))).resolves.toBeDefined();
    vi.stubEnv("LEDGERLINE_LOCAL", "1");
    await expect(model.doStream(asked(OUTAGE_PROMPT))).rejects.toThrow();
    await expect(model.doGenerate(asked(OUTAGE_PROMPT))).rejects.toThrow();
    await expect(partsFrom(model, asked(BROKEN_STREAM_PROMPT))).rejects.toThrow();
  });
});
