import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { streamText } from "ai";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { hasProvider, parseModelNames } from "./models";
import { languageModel } from "./provider";

interface Asked {
  headers: IncomingMessage["headers"];
  path: string | undefined;
  body: Record<string, unknown>;
}

const asked: Asked[] = [];
let failing = false;
let server: Server;

const chunk = (fields: object) =>
  `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", created: 1, model: "their-small", ...fields })}\n\n`;
const delta = (content: string) => chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
const USAGE = {
  prompt_tokens: 1_200,
  completion_tokens: 90,
  total_tokens: 1_290,
  prompt_tokens_details: { cached_tokens: 1_000 },
  completion_tokens_details: { reasoning_tokens: 40 },
};

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const part of request) chunks.push(part);
  return JSON.parse(Buffer.concat(chunks).toString());
}

beforeAll(async () => {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    asked.push({ headers: request.headers, path: request.url, body: await bodyOf(request) });
    if (failing) {
      response.writeHead(503, { "content-type": "application/json" });
      return response.end(JSON.stringify({ error: { message: "overloaded", type: "server_error" } }));
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(delta("Credits ") + delta("first."));
    response.write(chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }));
    response.write(chunk({ choices: [], usage: USAGE }));
    return response.end("data: [DONE]\n\n");
  };
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => void server.close());
afterEach(() => {
  vi.unstubAllEnvs();
  asked.length = 0;
  failing = false;
});

const ask = () =>
  streamText({ model: languageModel("small-1"), prompt: "What goes first?", maxOutputTokens: 77, maxRetries: 0 });

describe("a provider that speaks OpenAI's protocol", () => {
  beforeEach(() => {
    const { port } = server.address() as AddressInfo;
    vi.stubEnv("AI_BASE_URL", `http://127.0.0.1:${port}/v1`);
    vi.stubEnv("AI_API_KEY", "provider-key");
    vi.stubEnv("AI_MODELS", "small-1=their-small");
  });

  it("is asked at the address, with the key and the name of the model that the settings give", async () => {
    expect(hasProvider()).toBe(true);
    expect(await ask().text).toBe("Credits first.");
    expect(asked).toMatchObject([
      {
        path: "/v1/chat/completions",
        headers: { authorization: "Bearer provider-key" },
        body: { model: "their-small", max_tokens: 77, stream: true, stream_options: { include_usage: true } },
      },
    ]);
  });

  it("has what it used billed in pools that exclude each other", async () => {
    const { usage } = ask();
    expect(await usage).toMatchObject({
      inputTokenDetails: { noCacheTokens: 200, cacheReadTokens: 1_000 },
      outputTokenDetails: { textTokens: 50, reasoningTokens: 40 },
    });
  });

  it("fails as an error that reaches the caller when it is down", async () => {
    failing = true;
    const errors: unknown[] = [];
    const { stream } = streamText({
      model: languageModel("small-1"),
      prompt: "Anyone?",
      maxRetries: 0,
      onError: ({ error }) => void errors.push(error),
    });
    for await (const _ of stream);
    expect(errors).toMatchObject([{ statusCode: 503 }]);
  });
});

describe("without a provider", () => {
  it("the built-in model answers", async () => {
    for (const name of ["AI_BASE_URL", "AI_API_KEY", "AI_MODELS"]) vi.stubEnv(name, "");
    expect(hasProvider()).toBe(false);
    expect(languageModel("large-1").provider).toBe("built-in");
  });
});

describe("AI_MODELS", () => {
  it("gives our model keys the provider's names", () => {
    expect(parseModelNames(" small-1 = a/b:free , reason-1=x=y")).toEqual({ "small-1": "a/b:free", "reason-1": "x=y" });
    expect(parseModelNames("")).toEqual({});
  });

  it.each(["tiny=x", "small-1", "small-1="])("refuses %s with a sentence", (setting) => {
    expect(() => parseModelNames(setting)).toThrow(/Write pairs such as/);
  });
});
