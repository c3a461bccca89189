import { beforeEach, describe, expect, test, vi } from "vitest";
import { yearArchive } from "@/lib/invoices/archive";
import { documentUrl } from "@/lib/invoices/document";
import { readInvoice } from "@/lib/invoices/read";
import { getSession, type Role } from "@/lib/session";
import { allEntries } from "@/lib/usage/read";
import { GET as document } from "./[invoiceId]/document/route";
import { GET as overage } from "./[invoiceId]/overage/route";
import { GET as year } from "./export/route";

vi.mock("@/lib/session", () => ({ getSession: vi.fn() }));
vi.mock("@/lib/supabase/server", () => ({ userClient: vi.fn(async () => ({})) }));
vi.mock("@/lib/invoices/read", () => ({ readInvoice: vi.fn() }));
vi.mock("@/lib/invoices/document", () => ({ documentUrl: vi.fn() }));
vi.mock("@/lib/invoices/archive", () => ({ yearArchive: vi.fn(() => new ReadableStream()) }));
vi.mock("@/lib/usage/read", () => ({ allEntries: vi.fn(async function* () {}) }));

const MINE = "0b5f6a0e-3f1c-4d7e-8c36-2f2f3f9a1b01";

function signIn(role: Role | null): void {
  const account = { id: MINE as never, name: "Northwind", kind: "team" as const, role: role ?? "member" };
  const user = { id: "u" as never, email: "anna@example.test" };
  vi.mocked(getSession).mockResolvedValue(role ? { user, account, accounts: [account] } : null);
}

const request = (path: string) => new Request(`http://localhost:3000/billing/invoices/${path}`);
const params = { params: Promise.resolve({ invoiceId: "in_1" }) };
const doors = [
  ["a document", () => document(request("in_1/document?as=pdf"), params)],
  ["the overage of a line", () => overage(request("in_1/overage?line=il_1"), params)],
  ["a year", () => year(request("export?year=2026"))],
] as const;

const line = { id: "il_1", kind: "overage", periodStart: new Date("2026-11-22"), periodEnd: new Date("2026-12-22") };

beforeEach(() => {
  vi.clearAllMocks();
  vi.mocked(readInvoice).mockResolvedValue({
    id: "in_1",
    lines: [line, { ...line, id: "il_2", kind: "base" }],
  } as never);
  vi.mocked(documentUrl).mockResolvedValue("https://invoice.example/in_1.pdf");
  signIn("member");
});

describe.each(doors)("%s", (_name, open) => {
  test("is for nobody who is signed out", async () => {
    signIn(null);
    expect((await open()).status).toBe(401);
    expect([readInvoice, documentUrl, yearArchive].some((read) => vi.mocked(read).mock.calls.length > 0)).toBe(false);
  });

  test("is for every member, of their own account, and kept by no cache", async () => {
    const answer = await open();
    expect([200, 303]).toContain(answer.status);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const accounts = [vi.mocked(readInvoice), vi.mocked(yearArchive)].flatMap(({ mock }) =>
      mock.calls.map((call) => call[1]),
    );
    expect(accounts).toEqual([MINE]);
  });
});

test("an invoice of another account is not found, whatever is asked of it", async () => {
  vi.mocked(readInvoice).mockResolvedValue(null);
  expect((await document(request("in_1/document"), params)).status).toBe(404);
  expect((await overage(request("in_1/overage?line=il_1"), params)).status).toBe(404);
});

test("a document leads to Stripe's fresh address; a draft has none", async () => {
  const answer = await document(request("in_1/document?as=pdf"), params);
  expect(answer.headers.get("location")).toBe("https://invoice.example/in_1.pdf");
  vi.mocked(documentUrl).mockResolvedValue(null);
  expect((await document(request("in_1/document"), params)).status).toBe(404);
});

test("overage is told of a line of overage alone, for exactly its period", async () => {
  await overage(request("in_1/overage?line=il_1"), params);
  expect(vi.mocked(allEntries).mock.calls[0]?.[1]).toEqual({
    account: MINE,
    model: null,
    overageOnly: true,
    from: line.periodStart,
    to: line.periodEnd,
  });
  for (const path of ["in_1/overage?line=il_2", "in_1/overage?line=il_9", "in_1/overage"])
    expect((await overage(request(path), params)).status).toBe(404);
});

test.each(["1999", "20260", "2026%27", "abc"])("%s is no year", async (asked) => {
  expect((await year(request(`export?year=${asked}`))).status).toBe(422);
});
