import { expect, test } from "vitest";
import { closesBeside } from "./beside";

function openDialog(): { press: (type: string, at: number, target?: object) => void; closings: () => number } {
  const listeners = new Map<string, (event: object) => void>();
  const dialog = {
    getBoundingClientRect: () => ({ left: 10, right: 90, top: 10, bottom: 90 }),
    addEventListener: (type: string, listener: (event: object) => void) => listeners.set(type, listener),
  };
  let closings = 0;
  closesBeside(dialog as unknown as HTMLDialogElement, () => (closings += 1));
  return {
    press: (type, at, target = dialog) => listeners.get(type)?.({ target, clientX: at, clientY: at }),
    closings: () => closings,
  };
}

test("a press beside the dialog closes it", () => {
  const { press, closings } = openDialog();
  press("pointerdown", 5);
  press("click", 5);
  expect(closings()).toBe(1);
});

test("a selection that is drawn out of a field does not", () => {
  const { press, closings } = openDialog();
  press("pointerdown", 50, {});
  press("click", 5);
  expect(closings()).toBe(0);
});

test("a press of the dialog's own padding does not", () => {
  const { press, closings } = openDialog();
  press("pointerdown", 12);
  press("click", 12);
  expect(closings()).toBe(0);
});
