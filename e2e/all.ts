import { spawn } from "node:child_process";

const PARTS = ["types", "lint", "rules", "database", "stripe", "browser"];
const TOLD_AGAIN = 80;

interface Result {
  part: string;
  passed: boolean;
  seconds: number;
  lastLines: string[];
}

/** Runs one part, shows what it says at once, and keeps its last lines, where every runner tells what failed. */
function run(part: string): Promise<Result> {
  console.log(`\n── ${part} ${"─".repeat(60 - part.length)}`);
  const startedAt = Date.now();
  let said = "";
  const child = spawn("npm", ["run", "--silent", `test:${part}`], { stdio: ["inherit", "pipe", "pipe"] });
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const)
    from.on("data", (chunk: Buffer) => {
      to.write(chunk);
      said = (said + chunk.toString()).slice(-40_000);
    });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) =>
      resolve({
        part,
        passed: status === 0,
        seconds: Math.round((Date.now() - startedAt) / 1000),
        lastLines: said.split("\n").slice(-TOLD_AGAIN),
      }),
    );
  });
}

const results: Result[] = [];
for (const part of PARTS) results.push(await run(part));

for (const { part, passed, lastLines } of results)
  if (!passed) console.log(`\n── ${part} ended with ${"─".repeat(49 - part.length)}\n${lastLines.join("\n")}`);

console.log("");
for (const { part, passed, seconds } of results) {
  console.log(`${passed ? "passed" : "FAILED"}  ${part.padEnd(10)} ${String(seconds).padStart(4)} s`);
}
const passed = results.filter((result) => result.passed).length;
console.log(`parts: ${passed} passed, ${results.length - passed} failed`);
process.exit(passed === results.length ? 0 : 1);
