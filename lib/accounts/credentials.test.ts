import { expect, test } from "vitest";
import { emailField, newPasswordField, passwordChangeFields, signUpFields } from "./credentials";

test.each([
  ["short", /at least 10/],
  ["aaaaaaaaaaaa", /4 different/],
  ["Password123", /first passwords/],
  ["ä".repeat(20) + "bcd".repeat(12), /at most 72/],
])("the password %s is refused with a reason", (password, reason) => {
  expect(newPasswordField.safeParse(password).error?.issues[0]?.message).toMatch(reason);
});

test("a sentence will do as a password", () => {
  expect(newPasswordField.safeParse("correct horse battery staple").success).toBe(true);
});

test("an address is kept as Supabase keeps it", () => {
  expect(emailField.parse("  Anna@Example.COM ")).toBe("anna@example.com");
  expect(emailField.safeParse("anna@").error?.issues[0]?.message).toMatch(/name@example.com/);
});

test("a password that is the address is refused next to the password", () => {
  const wish = { name: "Anna", email: "Anna.Berg@example.com", password: "anna.berg@example.com" };
  expect(signUpFields.safeParse(wish).error?.issues[0]?.path).toEqual(["password"]);
});

test("a password is not changed into itself", () => {
  const wish = { currentPassword: "correct horse", password: "correct horse" };
  expect(passwordChangeFields.safeParse(wish).success).toBe(false);
});
