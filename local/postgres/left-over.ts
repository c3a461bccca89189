import { existsSync } from "node:fs";
import { join } from "node:path";
import { movedDirectory } from "./identity.ts";
import { stopOrphan } from "./postmaster.ts";

/** Stops a server that an older process left behind, wherever its data had to be put. */
export async function stopLeftOver(dataDirectory: string): Promise<void> {
  for (const place of [dataDirectory, join(movedDirectory(dataDirectory), "data")]) {
    if (existsSync(place)) await stopOrphan(place);
  }
}
