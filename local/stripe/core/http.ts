import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Incoming {
  method: string;
  path: string;
  query: string;
  headers: Record<string, string | undefined>;
  body: string;
}
export interface Outgoing {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

const LARGEST_BODY = 5 * 1024 * 1024;

/** Serves on 127.0.0.1 only. `answer` may say "drop" to cut the connection without an answer. */
export async function serve(port: number, answer: (incoming: Incoming) => Promise<Outgoing | "drop">): Promise<Server> {
  const server = createServer((request, response) => {
    receive(request)
      .then(answer)
      .then((outgoing) => send(response, outgoing))
      .catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        send(response, { status: 400, headers: { "content-type": "text/plain" }, body: message });
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function receive(request: IncomingMessage): Promise<Incoming> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw new Error("The request is larger than 5 MB");
    chunks.push(chunk);
  }
  const [path = "/", query = ""] = (request.url ?? "/").split("?", 2);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
  return { method: request.method ?? "GET", path, query, headers, body: Buffer.concat(chunks).toString("utf8") };
}

function send(response: ServerResponse, outgoing: Outgoing | "drop"): void {
  if (outgoing === "drop") {
    response.socket?.destroy();
    return;
  }
  response.writeHead(outgoing.status, outgoing.headers);
  response.end(outgoing.body);
}
