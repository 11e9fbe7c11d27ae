import { afterEach, expect, test, vi } from "vitest";
import { Detail } from "./detail";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("a sample that could not be read is asked for again", async () => {
  vi.useFakeTimers();
  const read = vi.fn(() => Promise.reject(new Error("away")));
  vi.stubGlobal("fetch", read);
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("matchMedia", () => ({ matches: true }));
  const detail = new Detail({} as HTMLElement, "/acme/door/data", {
    mark: () => Promise.resolve(),
    cut: () => Promise.resolve(),
  });
  detail.show(7);
  await vi.advanceTimersByTimeAsync(200);
  detail.show(7);
  await vi.advanceTimersByTimeAsync(200);
  expect(read).toHaveBeenCalledTimes(2);
});
