import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Toasts } from "./toasts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test("the same words twice are one toast", () => {
  const toasts = new Toasts();
  toasts.say("Saved");
  toasts.say("Saved");
  expect(toasts.state.getState()).toHaveLength(1);
});

test("a toast with something to do stays longer", () => {
  const toasts = new Toasts();
  toasts.say("Saved");
  toasts.say("a.txt is deleted.", { label: "Undo", run: () => undefined });
  vi.advanceTimersByTime(7000);
  expect(toasts.state.getState().map((toast) => toast.text)).toEqual(["a.txt is deleted."]);
  vi.advanceTimersByTime(7000);
  expect(toasts.state.getState()).toEqual([]);
});
