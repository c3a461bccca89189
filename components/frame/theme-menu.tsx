"use client";

import { Monitor, Moon, Sun, SunMoon } from "lucide-react";
import { useState } from "react";
import { chooseTheme, readTheme, type Theme } from "@/components/brand/theme";
import { Menu, MenuContent, MenuLabel, MenuRadioGroup, MenuRadioItem, MenuTrigger } from "@/components/ui/menu";

const choices = [
  { value: "system", label: "As the device", icon: Monitor },
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
] as const;

export function ThemeMenu({ side = "top" }: { side?: "top" | "bottom" }) {
  const [theme, setTheme] = useState<Theme>("system");

  return (
    <Menu onOpenChange={(open) => open && setTheme(readTheme())}>
      <MenuTrigger
        aria-label="Theme"
        className="grid size-8 place-items-center rounded-md text-muted transition-colors hover:bg-surface-2 hover:text-foreground"
      >
        <SunMoon aria-hidden="true" className="size-4" />
      </MenuTrigger>
      <MenuContent side={side} align="end">
        <MenuRadioGroup
          value={theme}
          onValueChange={(next: Theme) => {
            chooseTheme(next);
            setTheme(next);
          }}
        >
          <MenuLabel>Theme</MenuLabel>
          {choices.map(({ value, label, icon: Icon }) => (
            <MenuRadioItem key={value} value={value} className="relative">
              <Icon aria-hidden="true" className="text-muted" />
              {label}
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
      </MenuContent>
    </Menu>
  );
}
