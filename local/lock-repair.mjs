// A registry that lacks the binaries of other platforms makes npm leave them out of the lock file,
// and `npm ci` on those platforms then fails. This adds the missing entries by name and version.
import { readFileSync, writeFileSync } from "node:fs";

const FILE = "package-lock.json";
const OS = /(?:^|[-/])(android|darwin|freebsd|linux|win32|openharmony|openbsd|netbsd|sunos|aix)(?=-|$)/;
const CPU = /-(arm64|x64|ia32|arm|ppc64|riscv64|s390x|wasm32|loong64|mips64el)(?=-|$)/;

const lock = JSON.parse(readFileSync(FILE, "utf8"));
const packages = lock.packages;

function isLocked(dependent, name) {
  for (
    let directory = dependent;
    ;
    directory = directory.slice(0, Math.max(0, directory.lastIndexOf("/node_modules/")))
  ) {
    if (packages[`${directory ? `${directory}/` : ""}node_modules/${name}`]) return true;
    if (!directory) return false;
  }
}

const added = [];
for (const [dependent, entry] of Object.entries({ ...packages })) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(dependent, name)) continue;
    const os = name.replace("windows", "win32").match(OS)?.[1];
    const cpu = name.match(CPU)?.[1];
    const libc = os === "linux" ? (/musl/.test(name) ? "musl" : /gnu/.test(name) ? "glibc" : undefined) : undefined;
    packages[`node_modules/${name}`] = {
      version: range.replace(/^[\^~]/, ""),
      optional: true,
      ...(entry.dev && { dev: true }),
      ...(os && { os: [os] }),
      ...(cpu && { cpu: [cpu] }),
      ...(libc && { libc: [libc] }),
    };
    added.push(`${name}@${range}`);
  }
}

lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length ? `Added ${added.length} entries:\n${added.join("\n")}` : "The lock file is complete.");
