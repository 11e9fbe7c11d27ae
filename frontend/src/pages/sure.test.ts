import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sureButtons } from "./sure";

class Button {
  childNodes: readonly string[] = ["Delete"];
  ariaDisabled: string | null = null;
  ariaLabel: string | null = null;
  dataset: Record<string, string> = { sure: "" };
  replaceChildren(...nodes: readonly string[]): void {
    this.childNodes = nodes;
  }
  closest(): this {
    return this;
  }
}

let onClick: ((event: object) => void) | undefined;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("Element", Button);
  // No button is in the page when the script starts: all of them came with a part that was read anew.
  vi.stubGlobal("document", {
    querySelectorAll: () => [],
    addEventListener: (_: string, listener: (event: object) => void) => (onClick = listener),
  });
  sureButtons();
});

// Files of one thread share the globals: the next one may load a module that looks at them.
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Whether the press does what the button says. */
function acts(button: Button, detail = 1): boolean {
  let isPrevented = false;
  onClick?.({ target: button, detail, preventDefault: () => (isPrevented = true) });
  return !isPrevented;
}

test("a button that came with a part that was read anew asks first", () => {
  const button = new Button();
  expect(acts(button)).toBe(false);
  expect(button.childNodes).toEqual(["Press again to confirm"]);
  vi.advanceTimersByTime(600);
  expect(acts(button)).toBe(true);
});

test("a button with a question of its own names what ends", () => {
  const button = new Button();
  button.dataset = { sure: "Delete Website?" };
  expect(acts(button)).toBe(false);
  expect(button.childNodes).toEqual(["Delete Website? Press again to confirm"]);
});

test.each([
  ["a double click by touch", 1],
  ["Enter that is held down", 0],
])("%s asks, and does not confirm", (_, detail) => {
  const button = new Button();
  expect(acts(button, detail)).toBe(false);
  vi.advanceTimersByTime(400);
  expect([acts(button, detail), button.ariaDisabled]).toEqual([false, "true"]);
  vi.advanceTimersByTime(200);
  expect([acts(button, detail), button.ariaDisabled]).toEqual([true, null]);
});

test("a double click asks, and does not confirm", () => {
  const button = new Button();
  expect([acts(button), acts(button, 2)]).toEqual([false, false]);
});

test("a press that comes too late asks again", () => {
  const button = new Button();
  acts(button);
  vi.advanceTimersByTime(5000);
  expect(button.childNodes).toEqual(["Delete"]);
  expect(acts(button)).toBe(false);
});

test("a button whose label is read in place of its text asks by its label too, and has it back when nobody confirmed", () => {
  const button = new Button();
  button.ariaLabel = "Take it down: kitchen";
  acts(button);
  expect(button.ariaLabel).toBe("Press again to confirm: Take it down: kitchen");
  vi.advanceTimersByTime(4000);
  expect([button.ariaLabel, button.childNodes]).toEqual(["Take it down: kitchen", ["Delete"]]);
});
