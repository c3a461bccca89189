// Builds the app as the Dockerfile does, for production and without local mode, and looks at the result: nothing of the
// time machine is in what browsers get, its addresses answer 404, and the standalone server runs with nothing but its
// folder, which holds no tool of the local stack and no setting. It needs no services; it replaces .next. Takes a minute
// or two: npx tsx e2e/proofs/production-build.ts
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SETTINGS = {
  APP_URL: "https://app.example.com",
  SUPABASE_URL: "http://127.0.0.1:9",
  SUPABASE_PUBLISHABLE_KEY: "sb_publishable_none",
  SUPABASE_SECRET_KEY: "sb_secret_none",
  STRIPE_SECRET_KEY: "sk_live_none",
  STRIPE_WEBHOOK_SECRET: "whsec_none",
  STRIPE_THIN_WEBHOOK_SECRET: "whsec_thin",
  RESEND_API_KEY: "re_none",
  MAIL_FROM: "Ledgerline <billing@example.com>",
  SUPPORT_EMAIL: "support@example.com",
  JOBS_SECRET: "a-secret-of-this-proof",
};
const TOOLBAR_SOURCE = "components/time-machine";
/** Words of the toolbar, where there is one; each stands in its source, so that this proof fails if they change. */
const TOOLBAR = existsSync(TOOLBAR_SOURCE) ? ["data-time-machine", "Next payment fails", "To the next renewal"] : [];

function demand(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(`Not so: ${what}`);
  console.log(`  ${what}`);
}

const filesIn = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (!address || typeof address === "string") throw new Error("no port");
  return address.port;
}

const sources = TOOLBAR.length > 0 ? filesIn(TOOLBAR_SOURCE).map((file) => readFileSync(file, "utf8")) : [];
for (const words of TOOLBAR)
  demand(
    sources.some((text) => text.includes(words)),
    `the toolbar has "${words}"`,
  );

const { PATH = "", HOME = "" } = process.env;
const build = spawnSync(process.execPath, ["node_modules/next/dist/bin/next", "build"], {
  stdio: "inherit",
  env: {
    NODE_ENV: "production",
    PATH,
    HOME,
    APP_URL: SETTINGS.APP_URL,
    NEXT_OUTPUT: "standalone",
    NEXT_TELEMETRY_DISABLED: "1",
  },
});
demand(build.status === 0, "it builds with nothing set but APP_URL");

const sent = (kind: RegExp) => filesIn(".next/static").filter((file) => kind.test(file));
for (const words of TOOLBAR) {
  const found = sent(/\.(js|css)$/).filter((file) => readFileSync(file, "utf8").includes(words));
  demand(found.length === 0, `no script or style for browsers has "${words}"`);
}

const actions = readFileSync(".next/server/server-reference-manifest.json", "utf8");
demand(actions.includes("app/") && !actions.includes("time-machine"), "no action of the time machine can be called");

const folder = mkdtempSync(join(tmpdir(), "ledgerline-standalone-"));
// Links as they are, or the copy would lean on the folder it was made from.
cpSync(".next/standalone", folder, { recursive: true, verbatimSymlinks: true });
cpSync(".next/static", join(folder, ".next/static"), { recursive: true });
cpSync("public", join(folder, "public"), { recursive: true });
const top = readdirSync(folder);
for (const name of ["local", "e2e", "supabase", ".git", ".local"])
  demand(!top.includes(name), `the folder has no ${name}`);
demand(!top.some((name) => name.startsWith(".env")), "the folder has no settings in it");
const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as Record<string, Record<string, string>>;
// react-email brings Tailwind with it, to draw mails.
const tools = Object.keys(devDependencies ?? {})
  .filter((name) => name !== "tailwindcss")
  .filter((name) => existsSync(join(folder, "node_modules", name)));
demand(tools.length === 0, `no package of development is in the folder (${tools.join(", ") || "none"})`);
const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).map((e) => join(e.parentPath, e.name));
const links = entries.filter((entry) => lstatSync(entry).isSymbolicLink());
demand(
  links.every((link) => existsSync(link)),
  `every link in the folder leads somewhere (${links.length} links)`,
);
const size = entries.reduce((sum, entry) => sum + (lstatSync(entry).isFile() ? statSync(entry).size : 0), 0);
console.log(`  the folder has ${Math.round(size / 1e6)} MB`);

const port = await freePort();
const app = spawn(process.execPath, ["server.js"], {
  cwd: folder,
  stdio: "inherit",
  env: { NODE_ENV: "production", PATH, ...SETTINGS, HOSTNAME: "127.0.0.1", PORT: String(port) },
});
try {
  const ask = (path: string, init?: RequestInit) =>
    fetch(`http://127.0.0.1:${port}${path}`, { redirect: "manual", ...init });
  const deadline = Date.now() + 30_000;
  while (!(await ask("/api/health").catch(() => null)) && Date.now() < deadline && app.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  demand((await ask("/api/health")).status === 503, "without a database it runs and says that it is not well");
  const home = await ask("/");
  const text = await home.text();
  demand(home.status === 200 && !text.includes("data-time-machine"), "the landing page is there, and no toolbar on it");
  const script = /\/_next\/static\/[^"']+\.js/.exec(text)?.[0] ?? "";
  demand((await ask(script)).status === 200, "its scripts are served from the folder");
  const font = sent(/\.woff2$/)[0] ?? "";
  const answered = await ask(font.replace(".next", "/_next"));
  demand(
    answered.status === 200 && /woff2/.test(answered.headers.get("content-type") ?? ""),
    "its fonts are served too",
  );
  const picture = await ask("/screenshots/assistant-light.png");
  demand(picture.headers.get("content-type") === "image/png", "so is what lies in public");
  const map = await (await ask("/sitemap.xml")).text();
  demand(map.includes(SETTINGS.APP_URL) && !map.includes("localhost"), "the map of the site names APP_URL");
  for (const path of ["/pricing", "/sign-in", "/legal/terms"])
    demand((await ask(path)).status === 200, `${path} is drawn`);
  for (const path of ["/api/stripe/webhook", "/api/stripe/thin"]) {
    const body = JSON.stringify({ object: path.endsWith("thin") ? "v2.core.event" : "event" });
    const forged = await ask(path, { method: "POST", body, headers: { "stripe-signature": "t=1,v1=00" } });
    demand(forged.status === 400, `${path} refuses what Stripe has not signed`);
  }
  for (const path of ["/api/time-machine", "/api/time-machine?only=clock", "/time-machine"])
    demand((await ask(path)).status === 404, `${path} answers 404`);
  demand((await ask("/api/jobs", { method: "POST" })).status === 401, "the tick asks for its secret");
} finally {
  app.kill();
  rmSync(folder, { recursive: true, force: true });
}
console.log("The production build is as it should be.");
