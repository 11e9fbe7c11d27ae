import { describe, expect, it } from "vitest";
import { isPressed, keyCaps, type KeyPress } from "./keys";

const press = (key: string, modifiers: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...modifiers,
});

describe("keys", () => {
  it("take Control for Mod, and Command on a Mac", () => {
    expect(isPressed("Mod+k", press("k", { ctrlKey: true }), false)).toBe(true);
    expect(isPressed("Mod+k", press("k", { metaKey: true }), true)).toBe(true);
    expect(isPressed("Mod+k", press("k", { metaKey: true }), false)).toBe(false);
    expect(isPressed("Mod+k", press("k", { ctrlKey: true }), true)).toBe(false);
  });

  it("must be exactly these", () => {
    expect(isPressed("Mod+p", press("P", { ctrlKey: true, shiftKey: true }), false)).toBe(false);
    expect(isPressed("Mod+Shift+p", press("P", { ctrlKey: true, shiftKey: true }), false)).toBe(true);
    expect(isPressed("Mod+k", press("k"), false)).toBe(false);
    expect(isPressed("F8", press("F8", { altKey: true }), false)).toBe(false);
  });

  it("take a sign as it comes, with Shift or without", () => {
    expect(isPressed("?", press("?", { shiftKey: true }), false)).toBe(true);
    expect(isPressed("?", press("?"), false)).toBe(true);
  });

  it("are shown as the keyboard's caps", () => {
    expect(keyCaps("Mod+Shift+p", false)).toEqual(["Ctrl", "Shift", "P"]);
    expect(keyCaps("Mod+Enter", true)).toEqual(["⌘", "↩"]);
  });
});
