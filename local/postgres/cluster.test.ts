import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isAlive } from "../processes.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { readPostmaster } from "./postmaster.ts";

const isRoot = process.getuid?.() === 0;
const passwords = { admin: "admin-password", postgres: "postgres-password" };
let directory: string;
const started: Cluster[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ledgerline-postgres-"));
  chmodSync(directory, 0o755);
});
afterEach(async () => {
  for (const cluster of started.splice(0)) await cluster.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function start(settings: Record<string, string> = { fsync: "off" }): Promise<Cluster> {
  const cluster = await startCluster({
    dataDirectory: join(directory, "data"),
    port: 0,
    logFile: join(directory, "log"),
    passwords,
    settings,
  });
  started.push(cluster);
  return cluster;
}

async function query(url: string, statement: string): Promise<string[]> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return (await sql.unsafe(statement).values()).map((row) => String(row[0]));
  } finally {
    await sql.end();
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("it did not happen within 20 seconds");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("what was written is there after a stop and a start", async () => {
  const first = await start();
  await query(first.url(), "create table kept (n integer); insert into kept values (42)");
  await first.stop();
  expect(await query((await start()).url(), "select n from kept")).toEqual(["42"]);
});

test("it listens on the loopback address only, and asks for a password", async () => {
  const cluster = await start();
  expect(await query(cluster.url(), "show listen_addresses")).toEqual(["127.0.0.1"]);
  await expect(query(cluster.url().replace(passwords.postgres, "wrong"), "select 1")).rejects.toThrow("password");
  await expect(query(cluster.adminUrl().replace(passwords.admin, "wrong"), "select 1")).rejects.toThrow("password");
});

test("a server left behind is stopped by the next start, which then works", async () => {
  const left = await start();
  const again = await start();
  expect(isAlive(left.pid)).toBe(false);
  expect(await query(again.url(), "select 1")).toEqual(["1"]);
});

test("a killed parent takes its server with it", async () => {
  const script = `
    import { startCluster } from ${JSON.stringify(fileURLToPath(new URL("./cluster.ts", import.meta.url)))};
    await startCluster({ dataDirectory: ${JSON.stringify(join(directory, "data"))}, port: 0,
      logFile: ${JSON.stringify(join(directory, "log"))}, passwords: ${JSON.stringify(passwords)} });
    setInterval(() => undefined, 1000);`;
  const parent = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    stdio: "ignore",
  });
  const data = join(directory, "data");
  await until(() => readPostmaster(data)?.ready === true);
  const pid = readPostmaster(data)?.pid ?? 0;
  parent.kill("SIGKILL");
  await until(() => !isAlive(pid));
});

test.runIf(isRoot)("as root it runs as somebody else", async () => {
  const cluster = await start();
  const status = readFileSync(`/proc/${cluster.pid}/status`, "utf8");
  expect(Number(/^Uid:\s+(\d+)/m.exec(status)?.[1])).toBeGreaterThan(0);
});

test.runIf(isRoot && spawnSync("unshare", ["--user", "true"]).status === 0)(
  "as root it also runs under a folder that only root may enter",
  async () => {
    chmodSync(directory, 0o700);
    const cluster = await start();
    expect(await query(cluster.url(), "select 1")).toEqual(["1"]);
    expect(statSync(join(directory, "data")).uid).toBe(0);
    await cluster.stop();
    chmodSync(directory, 0o755);
    expect(await query((await start()).url(), "select 1")).toEqual(["1"]);
  },
);
