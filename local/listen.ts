import type { Server } from "node:http";
import { Explained } from "./settings.ts";

/**
 * Listens on the loopback address. A port that is taken is tried for three seconds, since an outgoing connection may
 * hold it for a moment.
 *
 * @throws Explained when the port stays taken
 */
export async function listen(server: Server, port: number): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listenOnce(server, port);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
      if (attempt === 6) throw new Explained(`Port ${port} is taken. Choose another with LEDGERLINE_PORT_….`);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function listenOnce(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Stops at once; requests under way are cut. */
export function unlisten(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
