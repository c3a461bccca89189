import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { connect } from "node:net";
import { Explained, type PortName, settingFor } from "./settings.ts";

const NAMES: Record<PortName, string> = {
  app: "the app",
  supabase: "Supabase",
  postgres: "PostgreSQL",
  stripe: "the local Stripe",
  mailbox: "the mailbox",
};

/**
 * Makes sure that nobody listens on the ports we are about to take. What a stack that was just killed still holds
 * is given two seconds to go.
 *
 * @throws Explained naming the port, who holds it, and the setting that moves us elsewhere
 */
export async function requirePorts(ports: Partial<Record<PortName, number>>): Promise<void> {
  for (const [name, port] of Object.entries(ports) as Array<[PortName, number]>) {
    const deadline = Date.now() + 2_000;
    while (await isTaken(port)) {
      if (Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        continue;
      }
      const holder = holderOf(port);
      throw new Explained(
        `Port ${port}, meant for ${NAMES[name]}, is taken${holder ? ` by ${holder}` : ""}.\n` +
          `End that program, or choose another port: ${settingFor(name)}=${port + 1} npm run dev (or set it in .env.local).`,
      );
    }
  }
}

/** Whether something answers at the port on this machine, by either kind of address. */
export async function isTaken(port: number): Promise<boolean> {
  const answers = await Promise.all(["127.0.0.1", "::1"].map((host) => canConnect(host, port)));
  return answers.includes(true);
}

function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
  });
}

/** "node (process 4711)", or nothing where the system does not tell. */
function holderOf(port: number): string | undefined {
  const pid = process.platform === "linux" ? holderByProc(port) : holderByLsof(port);
  if (!pid) return undefined;
  const name = spawnSync("ps", ["-o", "comm=", "-p", String(pid)], { encoding: "utf8" }).stdout?.trim();
  return `${name || nameByProc(pid) || "a program"} (process ${pid})`;
}

function holderByLsof(port: number): number | undefined {
  const found = spawnSync("lsof", ["-t", "-sTCP:LISTEN", `-iTCP:${port}`], { encoding: "utf8" }).stdout?.trim();
  return found ? Number(found.split("\n")[0]) : undefined;
}

function holderByProc(port: number): number | undefined {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const sockets = ["/proc/net/tcp", "/proc/net/tcp6"]
    .flatMap((file) => orEmpty(() => readFileSync(file, "utf8").split("\n")))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(wanted) && fields[3] === "0A")
    .map((fields) => `socket:[${fields[9]}]`);
  return orEmpty(() => readdirSync("/proc"))
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .find((pid) =>
      orEmpty(() => readdirSync(`/proc/${pid}/fd`)).some((fd) =>
        orEmpty(() => [readlinkSync(`/proc/${pid}/fd/${fd}`)]).some((link) => sockets.includes(link)),
      ),
    );
}

function nameByProc(pid: number): string | undefined {
  return orEmpty(() => [readFileSync(`/proc/${pid}/comm`, "utf8").trim()])[0];
}

// Other people's processes do not let us look, and processes end while we do.
function orEmpty<T>(read: () => T[]): T[] {
  try {
    return read();
  } catch {
    return [];
  }
}
