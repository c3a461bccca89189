import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";

export const PROJECT = fileURLToPath(new URL("..", import.meta.url));

/** A sentence for the person at the keyboard, to be printed without a stack trace. */
export class Explained extends Error {}

const PORTS = { app: 3000, supabase: 54321, postgres: 54322, stripe: 12111, mailbox: 12112 };
export type PortName = keyof typeof PORTS;

export interface Settings {
  /** Everything that is kept between starts. */
  data: string;
  ports: Record<PortName, number>;
  appUrl: string;
  /** What the environment, .env.local and .env say, in this order of precedence. */
  given: Record<string, string>;
}

/** @throws Explained when a port is no port, or two are the same */
export function readSettings(environment: NodeJS.ProcessEnv = process.env, directory = PROJECT): Settings {
  const given: Record<string, string> = {};
  for (const source of [fromFile(join(directory, ".env")), fromFile(join(directory, ".env.local")), environment]) {
    for (const [name, value] of Object.entries(source)) if (value?.trim()) given[name] = value;
  }
  const ports = { ...PORTS };
  for (const name of Object.keys(PORTS) as PortName[]) ports[name] = port(given, name);
  const seen = new Map<number, PortName>();
  for (const [name, value] of Object.entries(ports) as Array<[PortName, number]>) {
    const other = seen.get(value);
    if (other)
      throw new Explained(`${settingFor(other)} and ${settingFor(name)} are both ${value}. Change one of them.`);
    seen.set(value, name);
  }
  return {
    data: resolve(directory, given.LEDGERLINE_DATA ?? ".local"),
    ports,
    appUrl: given.APP_URL ?? `http://localhost:${ports.app}`,
    given,
  };
}

/** The name of the setting that moves a service to another port. */
export function settingFor(name: PortName): string {
  return `LEDGERLINE_PORT_${name.toUpperCase()}`;
}

function port(given: Record<string, string>, name: PortName): number {
  const value = given[settingFor(name)];
  if (value === undefined) return PORTS[name];
  if (/^\d+$/.test(value) && Number(value) > 0 && Number(value) < 65_536) return Number(value);
  throw new Explained(
    `${settingFor(name)} is ${JSON.stringify(value)}, which is no port. Use a number from 1 to 65535.`,
  );
}

function fromFile(file: string): NodeJS.Dict<string> {
  return existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {};
}
