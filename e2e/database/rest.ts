import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { ClonedDatabase } from "./clone.ts";

/** Supabase's REST and auth over a cloned database at an address, for code that asks SUPABASE_URL by itself. */
export async function serveRest(database: ClonedDatabase): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    answer(database, request).then(
      async (given) => {
        response.writeHead(given.status, { "content-type": "application/json" }).end(await given.text());
      },
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(database: ClonedDatabase, request: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return database.rest(`http://supabase.test${request.url}`, {
    method: request.method ?? "GET",
    headers: request.headers as Record<string, string>,
    ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
  });
}
