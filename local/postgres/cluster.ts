import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import postgres from "postgres";
import { tether } from "../processes.ts";
import { findBinaries } from "./binaries.ts";
import { chooseIdentity, type Identity } from "./identity.ts";
import { readPostmaster, stopOrphan } from "./postmaster.ts";
import { bootstrapRoles } from "./roles.ts";

export interface ClusterOptions {
  dataDirectory: string;
  /** 0 takes any free one. */
  port: number;
  logFile: string;
  /** Of the superuser supabase_admin and of postgres, who owns what migrations make. */
  passwords: { admin: string; postgres: string };
  /** Server settings, such as { fsync: "off" }. */
  settings?: Record<string, string>;
}

export interface Cluster {
  port: number;
  pid: number;
  /** As `postgres`, who is no superuser: what the app, migrations and tests use. */
  url(database?: string): string;
  /** As the superuser, for bootstrap only. */
  adminUrl(database?: string): string;
  exited: Promise<number | null>;
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL 17 on the loopback address, making its data directory and roles on first use.
 * The server ends with this process, however that ends; one left by an older process is stopped first.
 *
 * @throws Error with the end of the server's log when it does not start
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const identity = chooseIdentity(await findBinaries(), options.dataDirectory);
  await stopOrphan(identity.dataDirectory);
  if (!existsSync(`${identity.dataDirectory}/PG_VERSION`)) initialize(identity, options.passwords.admin);
  const version = readFileSync(`${identity.dataDirectory}/PG_VERSION`, "utf8").trim();
  if (version !== "17") {
    throw new Error(`The local data is of PostgreSQL ${version}, not 17. Start afresh with: npm run local -- reset`);
  }
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port === 0 ? await freePort() : options.port;
    try {
      return await run(identity, { ...options, port });
    } catch (error) {
      // Also an outgoing connection may hold the port for a moment, since the system gives them numbers of this range.
      const isTaken = error instanceof Error && error.message.includes("Address already in use");
      if (!isTaken || attempt === 6) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

// A half-made directory would look like a finished one, so it gets its name only when it is complete.
function initialize(identity: Identity, password: string): void {
  const { dataDirectory, ids, prefix, binaries } = identity;
  const making = `${dataDirectory}.new`;
  const passwordFile = `${dataDirectory}.password`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(dirname(dataDirectory), { recursive: true });
  mkdirSync(making, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (ids.uid !== undefined && ids.gid !== undefined) {
    chownSync(making, ids.uid, ids.gid);
    chownSync(passwordFile, ids.uid, ids.gid);
  }
  const [command = "", ...args] = [
    ...prefix,
    ...[binaries.initdb, "-D", making, "-U", "supabase_admin", "-A", "scram-sha-256", `--pwfile=${passwordFile}`],
    ...["-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"],
  ];
  const made = spawnSync(command, args, { ...ids, cwd: "/", encoding: "utf8" });
  rmSync(passwordFile, { force: true });
  if (made.status !== 0) {
    rmSync(making, { recursive: true, force: true });
    throw new Error(`PostgreSQL could not make its data directory.\n${made.error?.message ?? made.stderr}`);
  }
  rmSync(dataDirectory, { recursive: true, force: true });
  renameSync(making, dataDirectory);
}

async function run(identity: Identity, options: ClusterOptions): Promise<Cluster> {
  const { port, logFile, passwords } = options;
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    shared_buffers: "64MB",
    "ledgerline.movable_clock": "on",
    ...options.settings,
  };
  const [command = "", ...args] = [
    ...identity.prefix,
    ...[identity.binaries.postgres, "-D", identity.dataDirectory, "-p", String(port)],
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];
  const log = openSync(logFile, "a");
  const started = Date.now();
  const server = spawn(command, args, {
    ...identity.ids,
    cwd: "/",
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const exited = new Promise<number | null>((resolve) => {
    server.once("exit", resolve);
    server.once("error", () => resolve(null));
  });
  if (server.pid !== undefined) void exited.then(tether(server.pid, "INT"));
  const pid = await untilReady(server, identity.dataDirectory, logFile, started);

  const url = (user: string, password: string) => (database: string) =>
    `postgresql://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
  const cluster: Cluster = {
    port,
    pid,
    exited,
    url: (database = "postgres") => url("postgres", passwords.postgres)(database),
    adminUrl: (database = "postgres") => url("supabase_admin", passwords.admin)(database),
    stop: async () => {
      if (server.exitCode === null && server.signalCode === null) server.kill("SIGINT");
      await exited;
    },
  };
  const sql = postgres(cluster.adminUrl(), { max: 1, onnotice: () => undefined });
  try {
    await bootstrapRoles(sql, passwords.postgres);
  } catch (error) {
    await cluster.stop();
    throw error;
  } finally {
    await sql.end();
  }
  return cluster;
}

async function untilReady(server: ChildProcess, dataDirectory: string, logFile: string, started: number) {
  for (;;) {
    if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) {
      const tail = existsSync(logFile) ? readFileSync(logFile, "utf8").trim().split("\n").slice(-6).join("\n") : "";
      throw new Error(`PostgreSQL did not start.\n${tail}`);
    }
    const postmaster = readPostmaster(dataDirectory);
    if (postmaster?.ready && postmaster.pid === server.pid) return server.pid;
    if (Date.now() - started > 60_000) {
      server.kill("SIGKILL");
      throw new Error(`PostgreSQL was not ready after 60 seconds. Its log: ${logFile}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A port nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
