import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fetchUntilHere } from "./use-rune";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test("a rune comes also after a long time without a connection, which its person reads", async () => {
  let isAway = true;
  const fetch = vi.fn(() => (isAway ? Promise.reject(new TypeError("Failed to fetch")) : Promise.resolve(RUNE)));
  const [onBytes, onFailure] = [vi.fn(), vi.fn()];
  fetchUntilHere(fetch, onBytes, onFailure);
  await vi.advanceTimersByTimeAsync(5000);
  expect(onFailure).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(onFailure).toHaveBeenCalled();
  isAway = false;
  await vi.advanceTimersByTimeAsync(30_000);
  expect(onBytes.mock.calls).toEqual([[RUNE]]);
  const { length } = fetch.mock.calls;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fetch).toHaveBeenCalledTimes(length);
});

test("nothing is fetched once it is stopped", async () => {
  const fetch = vi.fn(() => Promise.reject(new TypeError("Failed to fetch")));
  const stop = fetchUntilHere(fetch, vi.fn(), vi.fn());
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fetch).toHaveBeenCalledTimes(1);
});

const RUNE = new ArrayBuffer(1);
