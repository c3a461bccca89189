import { spawnSync } from "node:child_process";

const PARTS = ["types", "lint", "rules", "database", "stripe", "browser"];

const results = PARTS.map((part) => {
  console.log(`\n── ${part} ${"─".repeat(60 - part.length)}`);
  const startedAt = Date.now();
  const { status } = spawnSync("npm", ["run", "--silent", `test:${part}`], { stdio: "inherit" });
  return { part, passed: status === 0, seconds: Math.round((Date.now() - startedAt) / 1000) };
});

console.log("");
for (const { part, passed, seconds } of results) {
  console.log(`${passed ? "passed" : "FAILED"}  ${part.padEnd(10)} ${String(seconds).padStart(4)} s`);
}
const passed = results.filter((result) => result.passed).length;
console.log(`parts: ${passed} passed, ${results.length - passed} failed`);
process.exit(passed === results.length ? 0 : 1);
