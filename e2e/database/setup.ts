import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { type Cluster, startCluster } from "../../local/postgres/cluster.ts";
import { readPostmaster } from "../../local/postgres/postmaster.ts";
import { isAlive } from "../../local/processes.ts";
import { migrate } from "../../local/supabase/migrations.ts";
import { type Keys, openSupabase } from "../../local/supabase/server.ts";

/** What a test file needs to make databases of its own. */
export interface DatabaseFacts {
  /** As the superuser, to make and drop databases. */
  adminUrl: string;
  /** As postgres, of the template. */
  templateUrl: string;
  keys: Keys;
}

declare module "vitest" {
  export interface ProvidedContext {
    database: DatabaseFacts;
  }
}

export const TEMPLATE = "ledgerline_template";
const PREFIX = "ledgerline-test-";
const AN_HOUR_MS = 3_600_000;

/** Starts a database server of this test run's own, with every migration applied to a template that tests clone. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { cluster, facts, remove } = await startTestCluster();
  project.provide("database", facts);
  return async () => {
    await cluster.stop();
    remove();
  };
}

/** The same outside vitest: a throw-away server without durability, and its template. */
export async function startTestCluster(): Promise<{ cluster: Cluster; facts: DatabaseFacts; remove: () => void }> {
  removeLeftOver();
  const directory = mkdtempSync(join(tmpdir(), PREFIX));
  chmodSync(directory, 0o755);
  const remove = () => rmSync(directory, { recursive: true, force: true });
  const cluster = await startCluster({
    dataDirectory: join(directory, "data"),
    port: 0,
    logFile: join(directory, "postgres.log"),
    passwords: { admin: secret(), postgres: secret() },
    settings: { fsync: "off", full_page_writes: "off", synchronous_commit: "off", autovacuum: "off" },
  });
  const keys = { publishable: `sb_publishable_${secret()}`, secret: `sb_secret_${secret()}`, jwtSecret: secret() };
  try {
    const admin = postgres(cluster.adminUrl(), { max: 1, onnotice: () => undefined });
    await admin.unsafe(`create database ${TEMPLATE} owner postgres`);
    await admin.end();
    const supabase = await openSupabase({ databaseUrl: cluster.url(TEMPLATE), keys, connections: 1 });
    await supabase.close();
    await migrate(cluster.url(TEMPLATE));
  } catch (error) {
    await cluster.stop();
    remove();
    throw error;
  }
  return { cluster, facts: { adminUrl: cluster.adminUrl(), templateUrl: cluster.url(TEMPLATE), keys }, remove };
}

// A test run that was killed cannot clear up after itself.
function removeLeftOver(): void {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const directory = join(tmpdir(), name);
    const stat = statSync(directory, { throwIfNoEntry: false });
    if (!stat || Date.now() - stat.mtimeMs < AN_HOUR_MS) continue;
    const server = readPostmaster(join(directory, "data"));
    if (!server || !isAlive(server.pid)) rmSync(directory, { recursive: true, force: true });
  }
}

function secret(): string {
  return randomBytes(24).toString("hex");
}
