import { readdirSync, readFileSync } from "node:fs";
import { notFound } from "next/navigation";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { adminClient } from "@/lib/supabase/admin";
import { rpc } from "@/lib/supabase/rpc";

vi.mock("@/lib/admin/guard", () => ({ requireAdmin: async () => notFound(), adminOrNull: async () => null }));
vi.mock("@/lib/supabase/rpc", () => ({ rpc: vi.fn(), RpcError: class extends Error {} }));
vi.mock("@/lib/supabase/admin", () => ({ adminClient: vi.fn() }));
vi.mock("react", async (real) => ({ ...(await real<typeof import("react")>()), cache: (read: unknown) => read }));

const ID = "0b5f6a0e-3f1c-4d7e-8c36-2f2f3f9a1b01";
const files = readdirSync("app/(admin)/admin", { recursive: true, encoding: "utf8" }).map(
  (file) => `app/(admin)/admin/${file}`,
);
const ending = (name: string) => files.filter((file) => file.endsWith(`/${name}`));
const actions = files.filter((file) => /\.ts$/.test(file) && /^["']use server["']/m.test(readFileSync(file, "utf8")));

/** Every parameter in the folders' names, whatever it is called. */
const parametersOf = (file: string) =>
  Object.fromEntries([...file.matchAll(/\[(?:\.\.\.)?(\w+)\]/g)].map(([, name]) => [name ?? "", ID]));

type Door = (...given: unknown[]) => Promise<unknown>;
const doorsOf = async (file: string) => (await import(`@/${file}`)) as Record<string, Door>;
const NOT_FOUND = expect.objectContaining({ digest: expect.stringContaining("404") });
const isUntouched = () => vi.mocked(rpc).mock.calls.length === 0 && vi.mocked(adminClient).mock.calls.length === 0;

beforeEach(() => vi.clearAllMocks());

describe("whoever is no admin", { timeout: 60_000 }, () => {
  test.each(ending("page.tsx"))("sees that there is no page at %s, and nothing was read for it", async (file) => {
    const { default: page } = await doorsOf(file);
    const given = { params: Promise.resolve(parametersOf(file)), searchParams: Promise.resolve({}) };
    await expect((async () => page?.(given))()).rejects.toEqual(NOT_FOUND);
    expect(isUntouched()).toBe(true);
  });

  test.each(ending("route.ts"))("gets nothing from %s", async (file) => {
    const doors = await doorsOf(file);
    for (const method of ["GET", "POST"] as const) {
      const answer = doors[method]?.(new Request("http://localhost:3000/admin", { method }), {
        params: Promise.resolve(parametersOf(file)),
      });
      if (answer) expect(await answer.catch(() => ({ status: 404 }))).toMatchObject({ status: 404 });
    }
    expect(isUntouched()).toBe(true);
  });

  test.each(actions)("can do nothing through %s", async (file) => {
    const doors = Object.values(await doorsOf(file)).filter((door) => typeof door === "function");
    expect(doors.length).toBeGreaterThan(0);
    const form = new FormData();
    const fields = {
      alert: ID,
      mail: ID,
      requestId: ID,
      account: ID,
      reason: "To try it",
      verb: "hold",
      check: "customers",
    };
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    for (const door of doors) {
      const given = door.length > 1 ? [null, form] : [form];
      await expect((async () => door(...given))()).rejects.toEqual(NOT_FOUND);
    }
    expect(isUntouched()).toBe(true);
  });
});
