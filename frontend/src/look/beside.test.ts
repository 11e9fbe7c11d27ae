import { expect, test } from "vitest";
import { closesBeside } from "./beside";

function opened(): { press: (type: string, at: number, target?: object) => void; closed: () => number } {
  const heard = new Map<string, (event: object) => void>();
  const dialog = {
    getBoundingClientRect: () => ({ left: 10, right: 90, top: 10, bottom: 90 }),
    addEventListener: (type: string, listener: (event: object) => void) => heard.set(type, listener),
  };
  let closed = 0;
  closesBeside(dialog as unknown as HTMLDialogElement, () => (closed += 1));
  return {
    press: (type, at, target = dialog) => heard.get(type)?.({ target, clientX: at, clientY: at }),
    closed: () => closed,
  };
}

test("a press beside the dialog closes it", () => {
  const { press, closed } = opened();
  press("pointerdown", 5);
  press("click", 5);
  expect(closed()).toBe(1);
});

test("a selection that is drawn out of a field does not", () => {
  const { press, closed } = opened();
  press("pointerdown", 50, {});
  press("click", 5);
  expect(closed()).toBe(0);
});

test("a press of the dialog's own padding does not", () => {
  const { press, closed } = opened();
  press("pointerdown", 12);
  press("click", 12);
  expect(closed()).toBe(0);
});
