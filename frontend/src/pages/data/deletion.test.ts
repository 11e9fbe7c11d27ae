import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DELAY, PendingDeletion } from "./deletion";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function pending(refusal: string | null = null) {
  const requests: (readonly number[])[] = [];
  const refusals: (string | null)[] = [];
  const deletion = new PendingDeletion(
    async (numbers) => {
      requests.push(numbers);
      await Promise.resolve();
      return refusal;
    },
    (each) => refusals.push(each),
  );
  return { deletion, requests, refusals };
}

test("samples are deleted after the delay, once", async () => {
  const { deletion, requests, refusals } = pending();
  deletion.add([1, 2]);
  await vi.advanceTimersByTimeAsync(DELAY - 1);
  expect(requests).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  await deletion.finish(true);
  expect([requests, refusals]).toEqual([[[1, 2]], [null]]);
});

test("a deletion that is taken back never happens", async () => {
  const { deletion, requests } = pending();
  deletion.add([1]);
  expect(deletion.undo()).toBe(true);
  expect(deletion.undo()).toBe(false);
  await vi.advanceTimersByTimeAsync(DELAY * 2);
  await deletion.finish(true);
  expect(requests).toEqual([]);
});

test("a second deletion lets the first one happen, and a refusal is shown", async () => {
  const { deletion, requests, refusals } = pending("Samples of others are deleted by maintainers.");
  deletion.add([1]);
  deletion.add([2]);
  expect(deletion.numbers).toEqual([2]);
  await vi.advanceTimersByTimeAsync(DELAY);
  expect(requests).toEqual([[1], [2]]);
  expect(refusals[0]).toContain("maintainers");
});
