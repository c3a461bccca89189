import { defineConfig } from "@playwright/test";
import { findBrowser } from "./e2e/browser";

const browser = findBrowser();
const asRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: "e2e/stories",
  outputDir: "test-results",
  timeout: 60_000,
  expect: { timeout: 10_000 },
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  // The clock belongs to the whole stack, so it is moved when every other story is told.
  projects: [
    { name: "stories", testIgnore: ["clock/**", "afterwards/**"] },
    { name: "clock", testMatch: "clock/**", dependencies: ["stories"], workers: 1 },
    { name: "afterwards", testMatch: "afterwards/**", dependencies: ["clock"], workers: 1 },
  ],
  use: {
    baseURL: process.env.APP_URL ?? "http://localhost:3000",
    actionTimeout: 20_000,
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      ...(browser?.executablePath && { executablePath: browser.executablePath }),
      ...(browser?.libraries && { env: { ...process.env, LD_LIBRARY_PATH: browser.libraries } }),
      args: [
        ...(asRoot ? ["--no-sandbox"] : []),
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
