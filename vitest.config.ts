import { defineConfig } from "vitest/config";

const serverOnly = { "server-only": new URL("./node_modules/server-only/empty.js", import.meta.url).pathname };

export default defineConfig({
  resolve: { tsconfigPaths: true, alias: serverOnly },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "rules",
          sequence: { groupOrder: 0 },
          include: ["*.test.ts", "{lib,components,emails,app,docs}/**/*.test.{ts,tsx}"],
          exclude: ["**/*.db.test.ts", "node_modules/**"],
        },
      },
      {
        extends: true,
        test: {
          name: "database",
          sequence: { groupOrder: 1 },
          include: ["{lib,app,e2e}/**/*.db.test.ts", "supabase/tests/**/*.test.ts"],
          globalSetup: ["e2e/database/setup.ts"],
          setupFiles: ["e2e/database/fresh.ts"],
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: "stripe",
          sequence: { groupOrder: 2 },
          include: ["local/**/*.test.ts"],
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
