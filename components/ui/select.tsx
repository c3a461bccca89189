"use client";

import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronsUpDown } from "lucide-react";
import { cn } from "./cn";
import { inputClass } from "./input";
import { floatingClass, floatingItemClass } from "./menu";

export interface SelectOption<Value extends string = string> {
  value: Value;
  label: string;
}

interface SelectProps<Value extends string> {
  options: ReadonlyArray<SelectOption<Value>>;
  /** The form field's name. */
  name?: string;
  id?: string;
  value?: Value;
  defaultValue?: Value;
  onValueChange?: (value: Value) => void;
  placeholder?: string;
  disabled?: boolean;
  className?: string;
  "aria-label"?: string;
  "aria-describedby"?: string | undefined;
  "aria-invalid"?: true | undefined;
}

export function Select<Value extends string>(props: SelectProps<Value>) {
  const { options, name, id, value, defaultValue, onValueChange, placeholder, disabled, className, ...aria } = props;
  return (
    <Base.Root
      items={options}
      {...(name === undefined ? {} : { name })}
      {...(id === undefined ? {} : { id })}
      {...(value === undefined ? {} : { value })}
      {...(defaultValue === undefined ? {} : { defaultValue })}
      disabled={disabled ?? false}
      onValueChange={(next) => next !== null && onValueChange?.(next)}
    >
      <Base.Trigger
        {...aria}
        className={cn(inputClass, "flex h-9 items-center justify-between gap-2 text-left", className)}
      >
        <Base.Value placeholder={placeholder} className="truncate data-placeholder:text-faint" />
        <Base.Icon>
          <ChevronsUpDown aria-hidden="true" className="size-4 text-muted" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50 outline-hidden select-none">
          <Base.Popup className={cn(floatingClass, "min-w-[var(--anchor-width)]")}>
            <Base.List className="max-h-[var(--available-height)] overflow-y-auto">
              {options.map((option) => (
                <Base.Item key={option.value} value={option.value} className={cn(floatingItemClass, "justify-between")}>
                  <Base.ItemText>{option.label}</Base.ItemText>
                  <Base.ItemIndicator>
                    <Check aria-hidden="true" />
                  </Base.ItemIndicator>
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
