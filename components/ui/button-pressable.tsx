"use client";

import type { ComponentProps, MouseEvent } from "react";
import { type ButtonLook, buttonVariants } from "./button-variants";
import { Spinner } from "./spinner";

export interface ButtonProps extends ComponentProps<"button">, ButtonLook {
  /** Work is under way: shows a spinner, keeps focus and cannot be pressed again. */
  pending?: boolean;
}

export function Button({ variant, size, pending = false, className, onClick, children, ...props }: ButtonProps) {
  function press(event: MouseEvent<HTMLButtonElement>) {
    if (pending) event.preventDefault();
    else onClick?.(event);
  }
  return (
    <button
      type="button"
      {...props}
      aria-busy={pending || undefined}
      aria-disabled={pending || props["aria-disabled"]}
      onClick={press}
      className={buttonVariants({ variant, size, className })}
    >
      {pending && <Spinner />}
      {children}
    </button>
  );
}
