import { type ReactNode, useId } from "react";
import { cn } from "./cn";
import { Label } from "./label";

export interface FieldControlProps {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  /** Sentences about what is wrong, shown beneath the control and read with it. */
  errors?: string[] | undefined;
  className?: string;
  /** Draws the control; spread the props on it. */
  children: (control: FieldControlProps) => ReactNode;
}

/** A label, a control, a hint and what is wrong with it, tied together for screen readers. */
export function Field({ label, hint, errors, className, children }: FieldProps) {
  const id = useId();
  const wrong = errors !== undefined && errors.length > 0;
  const describedBy = [hint && `${id}-hint`, wrong && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className={cn("flex flex-col gap-1.5", className)}>
      <Label htmlFor={id}>{label}</Label>
      {children({ id, "aria-describedby": describedBy || undefined, "aria-invalid": wrong || undefined })}
      {hint && (
        <p id={`${id}-hint`} className="text-13 text-muted">
          {hint}
        </p>
      )}
      <div id={`${id}-error`} aria-live="polite" className="text-13 text-danger empty:hidden">
        {errors?.map((error) => (
          <p key={error}>{error}</p>
        ))}
      </div>
    </div>
  );
}
