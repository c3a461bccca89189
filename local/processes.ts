import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Whether a process of this number exists and has not merely left its entry behind. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  try {
    return (
      readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .charAt(0) !== "Z"
    );
  } catch {
    return true;
  }
}

/**
 * Ends a process (or with a negative number its whole group) when this one ends in any way, kill -9 included:
 * a small shell holds a pipe from us and acts when it closes.
 *
 * @returns the function that lets go, once the process has been ended properly
 */
export function tether(target: number, signal: "INT" | "TERM"): () => void {
  const shell: ChildProcess = spawn("sh", ["-c", `read -r _; kill -s ${signal} -- ${target} 2>/dev/null`], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    cwd: "/",
  });
  shell.unref();
  shell.on("error", () => undefined);
  return () => {
    shell.kill("SIGKILL");
  };
}

/** When a process began, in words that stay the same while it lives; empty if nobody knows. */
export function startOf(pid: number): string {
  try {
    return (
      readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ")[19] ?? ""
    );
  } catch {
    return spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).stdout?.trim() ?? "";
  }
}
