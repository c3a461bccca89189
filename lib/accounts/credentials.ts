import { z } from "zod";

const COMMON = [
  "1234567890",
  "0123456789",
  "qwertyuiop",
  "password123",
  "password1234",
  "passwordpassword",
  "1q2w3e4r5t",
];

/** An email address, without spaces around it and in lower case, as Supabase keeps it. */
export const emailField = z
  .string({ error: "Enter your email address." })
  .trim()
  .toLowerCase()
  .max(254, "An email address has at most 254 characters.")
  .pipe(z.email({ error: "Enter an email address, such as name@example.com." }));

/** A new password: 10 characters or more, at most the 72 bytes that bcrypt looks at, and none of the first guesses. */
export const newPasswordField = z
  .string({ error: "Choose a password." })
  .min(10, "Use at least 10 characters.")
  .refine((password) => new TextEncoder().encode(password).length <= 72, "Use at most 72 characters.")
  .refine((password) => new Set(password).size >= 4, "Use at least 4 different characters.")
  .refine(
    (password) => !COMMON.includes(password.toLowerCase()),
    "This is one of the first passwords anybody would try.",
  );

export const nameField = z
  .string({ error: "Enter a name." })
  .trim()
  .min(1, "Enter a name.")
  .max(80, "A name has at most 80 characters.");

export const signUpFields = z
  .object({ name: nameField, email: emailField, password: newPasswordField, next: z.string().optional() })
  .refine(({ email, password }) => password.toLowerCase() !== email, {
    path: ["password"],
    error: "Choose a password that is not your email address.",
  });

export const signInFields = z.object({
  email: emailField,
  password: z.string({ error: "Enter your password." }).min(1, "Enter your password."),
  next: z.string().optional(),
});

export const emailOnlyFields = z.object({ email: emailField, next: z.string().optional() });

export const newPasswordFields = z.object({ password: newPasswordField });

export const passwordChangeFields = z
  .object({
    currentPassword: z.string({ error: "Enter your current password." }).min(1, "Enter your current password."),
    password: newPasswordField,
  })
  .refine(({ currentPassword, password }) => currentPassword !== password, {
    path: ["password"],
    error: "This is your current password. Choose another.",
  });

export const emailChangeFields = z.object({
  currentPassword: z.string({ error: "Enter your current password." }).min(1, "Enter your current password."),
  email: emailField,
});
