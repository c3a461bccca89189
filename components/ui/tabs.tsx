"use client";

import { Tabs as Base } from "@base-ui/react/tabs";
import type { ComponentProps } from "react";
import { cn } from "./cn";

export const Tabs = Base.Root;

export function TabsList({ className, ...props }: ComponentProps<typeof Base.List>) {
  return <Base.List {...props} className={cn("flex gap-4 border-b border-border", className as string)} />;
}

export function TabsTrigger({ className, ...props }: ComponentProps<typeof Base.Tab>) {
  return (
    <Base.Tab
      {...props}
      className={cn(
        "-mb-px h-9 border-b-2 border-transparent text-sm text-muted transition-colors hover:text-foreground data-active:border-accent data-active:font-medium data-active:text-foreground",
        className as string,
      )}
    />
  );
}

export function TabsContent({ className, ...props }: ComponentProps<typeof Base.Panel>) {
  return <Base.Panel {...props} className={cn("pt-4", className as string)} />;
}
