import { beforeEach, expect, test, vi } from "vitest";
import { creditNoteUrl } from "@/lib/invoices/document";
import { hasCreditNote } from "@/lib/invoices/returned";
import { getSession } from "@/lib/session";
import { GET } from "./[invoiceId]/credit-notes/[note]/route";

vi.mock("@/lib/session", () => ({ getSession: vi.fn() }));
vi.mock("@/lib/supabase/server", () => ({ userClient: vi.fn(async () => ({})) }));
vi.mock("@/lib/invoices/document", () => ({ creditNoteUrl: vi.fn() }));
vi.mock("@/lib/invoices/returned", () => ({ hasCreditNote: vi.fn() }));

const open = () =>
  GET(new Request("http://localhost:3000/"), { params: Promise.resolve({ invoiceId: "in_1", note: "cn_1" }) });

beforeEach(() => {
  vi.clearAllMocks();
  const account = { id: "mine" as never, name: "Northwind", kind: "team" as const, role: "member" as const };
  const user = { id: "u" as never, email: "anna@example.test" };
  vi.mocked(getSession).mockResolvedValue({ user, account, accounts: [account] });
  vi.mocked(hasCreditNote).mockResolvedValue(true);
  vi.mocked(creditNoteUrl).mockResolvedValue("https://pay.example/cn_1.pdf");
});

test("a credit note is for nobody who is signed out", async () => {
  vi.mocked(getSession).mockResolvedValue(null);
  expect((await open()).status).toBe(401);
  expect(hasCreditNote).not.toHaveBeenCalled();
});

test("a credit note that is not on an invoice of one's own account is not found, and Stripe is not asked", async () => {
  vi.mocked(hasCreditNote).mockResolvedValue(false);
  expect((await open()).status).toBe(404);
  expect(hasCreditNote).toHaveBeenCalledWith({}, "mine", "in_1", "cn_1");
  expect(creditNoteUrl).not.toHaveBeenCalled();
});

test("a credit note leads to its PDF, and is kept by no cache", async () => {
  const answer = await open();
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "https://pay.example/cn_1.pdf"]);
  expect(answer.headers.get("cache-control")).toBe("no-store");
});
