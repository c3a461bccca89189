import { execFileSync } from "node:child_process";
import { test } from "../../fixtures";

const run = (command: string) => execFileSync("npm", ["run", "--silent", command], { stdio: "pipe" });

test("after every story the ledger checks out", () => {
  run("credits:check");
});

test("after every story Stripe's invoices bill what was used, and nothing else", () => {
  run("stripe:reconcile");
});
