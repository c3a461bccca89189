import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chownSync, cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Binaries, binariesUnder } from "./binaries.ts";

/** As whom PostgreSQL runs, and where its files are. It refuses to run as root. */
export interface Identity {
  binaries: Binaries;
  dataDirectory: string;
  /** Given to spawn; empty when the present user will do. */
  ids: { uid?: number; gid?: number };
  /** A command to put in front, such as unshare. */
  prefix: string[];
}

interface User {
  uid: number;
  gid: number;
}

/**
 * Decides as whom to run. A normal user runs it as himself. Root gives it to the owner of the folder, else to
 * `nobody`; where `nobody` cannot enter (a home directory of mode 0700), root enters a user namespace in which it
 * is not root, and where that is forbidden too, binaries and data move to the system's temporary folder.
 */
export function chooseIdentity(binaries: Binaries, dataDirectory: string): Identity {
  const asIs: Identity = { binaries, dataDirectory, ids: {}, prefix: [] };
  if (process.getuid?.() !== 0) return asIs;

  const owner = statSync(nearestExisting(dataDirectory));
  const users = knownUsers();
  const candidates = [users.find((u) => u.uid === owner.uid && u.uid !== 0), nobody(users)];
  for (const user of candidates) {
    if (user && canEnter(binaries.postgres, user) && canEnter(dirname(dataDirectory), user)) {
      return own({ ...asIs, ids: { uid: user.uid, gid: user.gid } });
    }
  }

  const apart = nobody(users);
  const prefix = ["unshare", "--user", `--map-user=${apart.uid}`, `--map-group=${apart.gid}`];
  if (spawnSync(prefix[0] ?? "", [...prefix.slice(1), binaries.postgres, "--version"]).status === 0) {
    return own({ ...asIs, ids: {}, prefix });
  }
  return own(moved(asIs, apart));
}

/** Where data goes when the project's own folder cannot be used; removed by a reset as well. */
export function movedDirectory(dataDirectory: string): string {
  return join(tmpdir(), `ledgerline-${createHash("sha256").update(dataDirectory).digest("hex").slice(0, 12)}`);
}

function moved(identity: Identity, user: User): Identity {
  const root = movedDirectory(identity.dataDirectory);
  const native = join(root, "native");
  mkdirSync(root, { recursive: true, mode: 0o755 });
  // Anybody may make folders there: what somebody else made must not be run.
  const { uid, mode } = statSync(root);
  if (uid !== 0 || (mode & 0o022) !== 0) throw new Error(`${root} is not root's own. Remove it and start again.`);
  if (!existsSync(join(native, "bin", "postgres"))) {
    cpSync(identity.binaries.root, native, { recursive: true, verbatimSymlinks: true });
  }
  return {
    ...identity,
    binaries: binariesUnder(native),
    dataDirectory: join(root, "data"),
    ids: { uid: user.uid, gid: user.gid },
  };
}

// Data made as one user may have to be read as another, when a folder was moved or its mode changed.
function own(identity: Identity): Identity {
  const uid = identity.ids.uid ?? 0;
  const gid = identity.ids.gid ?? 0;
  if (existsSync(identity.dataDirectory) && statSync(identity.dataDirectory).uid !== uid) {
    chownAll(identity.dataDirectory, uid, gid);
  }
  return identity;
}

function chownAll(path: string, uid: number, gid: number): void {
  const entry = lstatSync(path);
  if (entry.isSymbolicLink()) return;
  chownSync(path, uid, gid);
  if (entry.isDirectory()) for (const name of readdirSync(path)) chownAll(join(path, name), uid, gid);
}

function knownUsers(): Array<User & { name: string }> {
  if (!existsSync("/etc/passwd")) return [];
  return readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .filter((fields) => fields.length > 3)
    .map(([name = "", , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}

function nobody(users: Array<User & { name: string }>): User {
  return users.find((u) => u.name === "nobody" && u.uid > 0) ?? { uid: 65534, gid: 65534 };
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}

function canEnter(path: string, user: User): boolean {
  const place = nearestExisting(path);
  const entry = statSync(place);
  const bit = entry.uid === user.uid ? 0o100 : entry.gid === user.gid ? 0o010 : 0o001;
  if ((entry.mode & bit) === 0) return false;
  return dirname(place) === place || canEnter(dirname(place), user);
}
