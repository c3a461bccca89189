import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { accountAction, publicAction } from "./action";
import { canManageBilling, chooseAccount, getSession, type Session, type SessionAccount } from "./session";

vi.mock("./session", async (original) => ({ ...(await original()), getSession: vi.fn() }));

const fields = z.object({ email: z.email("Enter an address."), password: z.string().min(10, "Too short.") });
const form = (values: Record<string, string>) => {
  const data = new FormData();
  for (const [name, value] of Object.entries(values)) data.set(name, value);
  return data;
};
const account = (id: string, kind: "personal" | "team", role: SessionAccount["role"] = "owner") =>
  ({ id, kind, role, name: id }) as SessionAccount;

describe("a form's action", () => {
  test("says what is wrong next to the field, and gives back what was typed but no password", async () => {
    const act = vi.fn();
    const answer = await publicAction(fields, act)(null, form({ email: "anna", password: "secret", $ACTION_KEY: "x" }));
    expect(answer).toEqual({
      ok: false,
      message: "Some fields need another look.",
      fields: { email: ["Enter an address."], password: ["Too short."] },
      values: { email: "anna" },
    });
    expect(act).not.toHaveBeenCalled();
  });

  test("gives back what was typed when the act itself refuses", async () => {
    const refuse = publicAction(fields, async () => ({ ok: false, message: "Not today." }));
    const typed = { email: "anna@example.test", password: "long enough" };
    expect(await refuse(null, form(typed))).toMatchObject({ message: "Not today.", values: { email: typed.email } });
  });

  test("does nothing for somebody who is signed out", async () => {
    vi.mocked(getSession).mockResolvedValueOnce(null);
    const act = vi.fn();
    const answer = await accountAction(z.object({ note: z.string() }), act)(null, form({ note: "kept" }));
    expect(answer).toMatchObject({ ok: false, values: { note: "kept" } });
    expect(act).not.toHaveBeenCalled();
  });

  test("does nothing for an account the person has switched to since the page was made", async () => {
    const act = vi.fn(async () => ({ ok: true as const, data: undefined }));
    const action = accountAction(z.object({ note: z.string() }), act);
    vi.mocked(getSession).mockResolvedValue({ account: account("team", "team") } as Session);
    expect(await action(null, form({ note: "kept", account: "own" }))).toMatchObject({
      ok: false,
      message: expect.stringContaining("switched to another account"),
      values: { note: "kept" },
    });
    expect(act).not.toHaveBeenCalled();
    expect(await action(null, form({ note: "kept", account: "team" }))).toMatchObject({ ok: true });
  });

  test("tells the act who asks", async () => {
    const session = { account: account("a", "team") } as Session;
    vi.mocked(getSession).mockResolvedValueOnce(session);
    const act = accountAction(z.object({}), async (_, asker) => ({ ok: true, data: asker.account.id }));
    expect(await act(null, form({}))).toEqual({ ok: true, data: "a" });
  });
});

test("a person acts for the account they chose, else for their own", () => {
  const accounts = [account("team", "team"), account("own", "personal")];
  expect(chooseAccount(accounts, "team")?.id).toBe("team");
  expect(chooseAccount(accounts, "foreign")?.id).toBe("own");
  expect(chooseAccount(accounts, undefined)?.id).toBe("own");
  expect(chooseAccount([], "team")).toBeUndefined();
});

test.each([
  ["owner", true],
  ["admin", true],
  ["member", false],
] as const)("whether an %s manages billing: %s", (role, may) => {
  expect(canManageBilling({ account: account("a", "team", role) } as Session)).toBe(may);
});
