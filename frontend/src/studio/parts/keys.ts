// Keys of the keyboard: whether they are pressed, and how their caps are labelled. Pure.

/** The part of a keyboard event that decides. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** Whether these keys were pressed. A character that needs Shift on some keyboards, such as `?`, is taken as it comes. */
export function isPressed(keys: string, event: KeyPress, mac: boolean): boolean {
  const parts = keys.split("+");
  const key = parts.at(-1) ?? "";
  const modifiers = new Set(parts.slice(0, -1));
  const command = mac ? event.metaKey : event.ctrlKey;
  const other = mac ? event.ctrlKey : event.metaKey;
  if (
    event.key.toLowerCase() !== key.toLowerCase() ||
    command !== modifiers.has("Mod") ||
    other ||
    event.altKey !== modifiers.has("Alt")
  )
    return false;
  return event.shiftKey === modifiers.has("Shift") || (/^[^a-z0-9]$/i.test(key) && !modifiers.has("Mod"));
}

const MAC_SIGNS: Readonly<Record<string, string>> = { Mod: "⌘", Shift: "⇧", Alt: "⌥", Enter: "↩" };
const KEY_NAMES: Readonly<Record<string, string>> = { Mod: "Ctrl" };

/** The keys as their caps say, one text each. */
export function keyCaps(keys: string, mac: boolean): readonly string[] {
  return keys
    .split("+")
    .map((part) => (mac ? MAC_SIGNS[part] : KEY_NAMES[part]) ?? (part.length === 1 ? part.toUpperCase() : part));
}

/** Whether this browser runs on a Mac, whose main key is another. */
export function isMac(platform: string): boolean {
  return /mac|iphone|ipad/i.test(platform);
}
