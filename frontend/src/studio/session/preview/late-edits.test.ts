// A preview that came before its edit is read again, and nothing else is.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LateEdits, PREVIEW_DELAY } from "./late-edits";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function lateEdits(state: { behind: boolean; isStored: boolean }): { late: LateEdits; read: ReturnType<typeof vi.fn> } {
  const read = vi.fn<() => void>();
  return {
    late: new LateEdits(
      () => state.behind,
      () => state.isStored,
      read,
    ),
    read,
  };
}

test("the preview is read once when none came after the last edit", () => {
  const { late, read } = lateEdits({ behind: true, isStored: true });
  late.touch();
  vi.advanceTimersByTime(PREVIEW_DELAY - 1);
  late.touch();
  vi.advanceTimersByTime(PREVIEW_DELAY - 1);
  expect(read).not.toHaveBeenCalled();
  vi.advanceTimersByTime(PREVIEW_DELAY * 9);
  expect(read).toHaveBeenCalledTimes(1);
});

test("nothing is read where a preview came", () => {
  const state = { behind: true, isStored: true };
  const { late, read } = lateEdits(state);
  late.touch();
  state.behind = false;
  vi.advanceTimersByTime(PREVIEW_DELAY);
  expect(read).not.toHaveBeenCalled();
});

test("edits that the server does not have yet are waited for", () => {
  const state = { behind: true, isStored: false };
  const { late, read } = lateEdits(state);
  late.touch();
  vi.advanceTimersByTime(PREVIEW_DELAY * 3);
  expect(read).not.toHaveBeenCalled();
  state.isStored = true;
  vi.advanceTimersByTime(PREVIEW_DELAY);
  expect(read).toHaveBeenCalledTimes(1);
});
