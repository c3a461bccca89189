import { cva, type VariantProps } from "class-variance-authority";
import { cn } from "./cn";

const look = cva(
  [
    "inline-flex shrink-0 items-center justify-center gap-2 rounded-md border border-transparent font-medium whitespace-nowrap select-none",
    "transition-colors disabled:cursor-not-allowed disabled:opacity-60 aria-disabled:cursor-not-allowed aria-disabled:opacity-60",
    "[&_svg]:size-4 [&_svg]:shrink-0",
  ],
  {
    variants: {
      variant: {
        primary: "bg-accent text-accent-foreground hover:bg-accent-hover",
        secondary: "border-border-strong bg-surface text-foreground hover:bg-surface-2",
        ghost: "text-foreground hover:bg-surface-2",
        danger: "bg-danger text-danger-foreground hover:opacity-90",
        link: "h-auto rounded-sm p-0 text-accent underline underline-offset-4 hover:no-underline",
      },
      size: {
        sm: "h-8 px-3 text-13",
        md: "h-9 px-4 text-sm",
        lg: "h-11 px-5 text-base",
      },
    },
    compoundVariants: [{ variant: "link", className: "h-auto px-0" }],
    defaultVariants: { variant: "primary", size: "md" },
  },
);

export type ButtonLook = VariantProps<typeof look>;

/** The look of a button, for links that should look like one. */
export function buttonVariants({ className, ...wanted }: ButtonLook & { className?: string | undefined } = {}): string {
  return cn(look(wanted), className);
}
