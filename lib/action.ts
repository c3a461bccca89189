import { z } from "zod";
import { getSession, type Session } from "@/lib/session";

/** What a server action answers to `useActionState`; null before the first try. */
export type ActionState<T = undefined> =
  | { ok: true; data: T }
  | {
      ok: false;
      message: string;
      /** Where it can be mended, such as an invoice to pay. */
      url?: string | undefined;
      fields?: Record<string, string[]>;
      values?: Record<string, string>;
    }
  | null;

export type ActionResult<T = undefined> = NonNullable<ActionState<T>>;

/** A form's action: takes the last answer and the form, gives the next answer. */
export type FormAction<T = undefined> = (last: ActionState<T>, form: FormData) => Promise<ActionState<T>>;

const SECRET_FIELD = /password|token|secret/i;

/** What was typed, to be shown again. Passwords and files are left out. */
export function typedValues(form: FormData): Record<string, string> {
  return Object.fromEntries(
    [...form.entries()].flatMap(([name, value]) =>
      typeof value === "string" && !SECRET_FIELD.test(name) && !name.startsWith("$ACTION") ? [[name, value]] : [],
    ),
  );
}

function parseForm<S extends z.ZodType>(schema: S, form: FormData): ActionResult<z.output<S>> {
  const parsed = schema.safeParse(
    Object.fromEntries([...form.entries()].filter(([name]) => !name.startsWith("$ACTION"))),
  );
  if (parsed.success) return { ok: true, data: parsed.data };
  const { fieldErrors, formErrors } = z.flattenError(parsed.error);
  return {
    ok: false,
    message: formErrors[0] ?? "Some fields need another look.",
    fields: fieldErrors as Record<string, string[]>,
  };
}

/**
 * Makes a form's action that anybody may use: parses the form, does one thing, and gives what was typed back on failure.
 * @param act answers `{ ok: true, data }` or `{ ok: false, message, fields? }`; what it throws stays thrown
 */
export function publicAction<S extends z.ZodType, T = undefined>(
  schema: S,
  act: (input: z.output<S>, form: FormData) => Promise<ActionResult<T>>,
): FormAction<T> {
  return async (_last, form) => {
    const parsed = parseForm(schema, form);
    const result = parsed.ok ? await act(parsed.data, form) : parsed;
    return result.ok ? result : { ...result, values: { ...typedValues(form), ...result.values } };
  };
}

const OTHER_ACCOUNT =
  "In another tab you switched to another account, so nothing was done. Reload the page to go on there, or switch back.";

/**
 * Makes a form's action for signed-in people: finds out who asks, parses the form, does one thing, answers. A form whose
 * hidden field `account` names the account its page was made for is refused when the person acts for another by now.
 * @param act as in `publicAction`, told who asks and for which account
 */
export function accountAction<S extends z.ZodType, T = undefined>(
  schema: S,
  act: (input: z.output<S>, session: Session) => Promise<ActionResult<T>>,
): FormAction<T> {
  return publicAction(schema, async (input, form) => {
    const session = await getSession();
    if (!session)
      return { ok: false, message: "You are signed out. Sign in again in another tab, then send this again." };
    const shown = form.get("account");
    if (shown !== null && shown !== session.account.id) return { ok: false, message: OTHER_ACCOUNT };
    return act(input, session);
  });
}
