"use client";

import { Menu as Base } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn";

export const floatingClass =
  "origin-[var(--transform-origin)] rounded-lg border border-border bg-surface p-1 text-foreground shadow-popup outline-hidden transition-[opacity,scale] duration-100 data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0";

export const floatingItemClass =
  "flex min-h-8 cursor-default items-center gap-2 rounded-md px-2 py-1.5 text-sm outline-hidden select-none data-disabled:text-faint data-highlighted:bg-surface-2 [&_svg]:size-4 [&_svg]:shrink-0";

export const Menu = Base.Root;
/** Pass the element that opens it: `<MenuTrigger render={<Button>…</Button>} />`. */
export const MenuTrigger = Base.Trigger;
export const MenuGroup = Base.Group;
export const MenuRadioGroup = Base.RadioGroup;

interface MenuContentProps {
  children: ReactNode;
  className?: string;
  side?: "top" | "bottom" | "left" | "right";
  align?: "start" | "center" | "end";
}

export function MenuContent({ children, className, side = "bottom", align = "start" }: MenuContentProps) {
  return (
    <Base.Portal>
      <Base.Positioner side={side} align={align} sideOffset={4} className="z-50 outline-hidden">
        <Base.Popup className={cn(floatingClass, "min-w-48", className)}>{children}</Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  );
}

export function MenuItem({ className, tone, ...props }: ComponentProps<typeof Base.Item> & { tone?: "danger" }) {
  return (
    <Base.Item {...props} className={cn(floatingItemClass, tone === "danger" && "text-danger", className as string)} />
  );
}

/** An item that goes somewhere: `<MenuLinkItem render={<Link href="/settings" />}>Settings</MenuLinkItem>`. */
export function MenuLinkItem({ className, ...props }: ComponentProps<typeof Base.LinkItem>) {
  return <Base.LinkItem closeOnClick {...props} className={cn(floatingItemClass, className as string)} />;
}

export function MenuRadioItem({ className, children, ...props }: ComponentProps<typeof Base.RadioItem>) {
  return (
    <Base.RadioItem closeOnClick {...props} className={cn(floatingItemClass, "pr-8", className as string)}>
      {children}
      <Base.RadioItemIndicator className="absolute right-3">
        <Check aria-hidden="true" />
      </Base.RadioItemIndicator>
    </Base.RadioItem>
  );
}

/** A heading; stands inside a MenuGroup or MenuRadioGroup. */
export function MenuLabel({ className, ...props }: ComponentProps<typeof Base.GroupLabel>) {
  return <Base.GroupLabel {...props} className={cn("px-2 py-1.5 text-xs text-muted", className as string)} />;
}

export function MenuSeparator() {
  return <Base.Separator className="-mx-1 my-1 h-px bg-border" />;
}
