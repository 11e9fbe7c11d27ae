import { expect, test } from "vitest";
import { afterPress, afterRelease, IDLE, TAP } from "./button-state";

test("a button that is held records until it is let go", () => {
  const first = afterPress(IDLE, 1000);
  expect(first).toEqual({ name: "held", since: 1000 });
  expect(afterRelease(first, 1000 + TAP)).toEqual(IDLE);
});

test("a tap begins and the next one ends, for somebody who cannot hold", () => {
  const tapped = afterRelease(afterPress(IDLE, 0), TAP - 1);
  expect(tapped).toEqual({ name: "tapped" });
  const ended = afterPress(tapped, 5000);
  expect(ended).toEqual(IDLE);
  expect(afterRelease(ended, 5050)).toEqual(IDLE);
});
