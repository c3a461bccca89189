"use client";

import {
  type FormEvent,
  type ReactNode,
  type RefObject,
  startTransition,
  useActionState,
  useEffect,
  useRef,
} from "react";
import type { ActionState, FormAction } from "@/lib/action";

const SECRET_FIELD = /password|token|secret/i;

function textFields(form: HTMLFormElement): HTMLInputElement[] {
  return [...form.elements].filter(
    (element): element is HTMLInputElement =>
      element instanceof HTMLInputElement &&
      element.type !== "hidden" &&
      element.name !== "" &&
      !SECRET_FIELD.test(element.name),
  );
}

const wasReloaded = () =>
  performance.getEntriesByType("navigation").some((entry) => "type" in entry && entry.type === "reload");

/** Keeps what was typed, but for secrets, over a reload of the page in this tab. */
function useKeptFields(form: RefObject<HTMLFormElement | null>, name: string) {
  useEffect(() => {
    const element = form.current;
    if (!element) return;
    if (wasReloaded()) {
      const kept = JSON.parse(sessionStorage.getItem(name) ?? "{}") as Record<string, string>;
      for (const field of textFields(element)) field.value ||= kept[field.name] ?? "";
    }
    const keep = () => {
      const values = Object.fromEntries(textFields(element).map((field) => [field.name, field.value]));
      sessionStorage.setItem(name, JSON.stringify(values));
    };
    element.addEventListener("input", keep);
    return () => element.removeEventListener("input", keep);
  }, [form, name]);
}

/**
 * A form whose action runs on the server. Without JavaScript the browser posts it; with it nothing typed is cleared,
 * and the first field that is wrong gets the focus.
 * @param keep a name under which the typed text outlives a reload
 */
export function useActionForm<T>(action: FormAction<T>, keep: string) {
  const [state, dispatch, pending] = useActionState<ActionState<T>, FormData>(action, null);
  const form = useRef<HTMLFormElement>(null);
  const storageName = `form:${keep}`;
  useKeptFields(form, storageName);

  useEffect(() => {
    if (!state || state.ok) return;
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
    form.current?.dispatchEvent(new Event("input"));
  }, [state]);

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (pending) return;
    const typed = new FormData(event.currentTarget);
    sessionStorage.removeItem(storageName);
    startTransition(() => dispatch(typed));
  }

  const failed = state && !state.ok ? state : undefined;
  return {
    state,
    pending,
    formProps: { ref: form, action: dispatch, onSubmit, noValidate: true },
    message: failed?.message,
    errorsOf: (name: string) => failed?.fields?.[name],
    typedIn: (name: string) => failed?.values?.[name],
  };
}

/** What went wrong with a form as a whole, read aloud when it appears. */
export function FormMessage({ children }: { children: ReactNode }) {
  if (!children) return null;
  return (
    <p role="alert" className="text-sm text-danger">
      {children}
    </p>
  );
}
