import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DELAY, PendingDeletion } from "./deletion";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function pending(refusal: string | null = null) {
  const sent: (readonly number[])[] = [];
  const said: (string | null)[] = [];
  const deletion = new PendingDeletion(
    async (numbers) => {
      sent.push(numbers);
      await Promise.resolve();
      return refusal;
    },
    (each) => said.push(each),
  );
  return { deletion, sent, said };
}

test("samples are deleted after the delay, once", async () => {
  const { deletion, sent, said } = pending();
  deletion.add([1, 2]);
  await vi.advanceTimersByTimeAsync(DELAY - 1);
  expect(sent).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  await deletion.finish(true);
  expect([sent, said]).toEqual([[[1, 2]], [null]]);
});

test("a deletion that is taken back never happens", async () => {
  const { deletion, sent } = pending();
  deletion.add([1]);
  expect(deletion.undo()).toBe(true);
  expect(deletion.undo()).toBe(false);
  await vi.advanceTimersByTimeAsync(DELAY * 2);
  await deletion.finish(true);
  expect(sent).toEqual([]);
});

test("a second deletion lets the first one happen, and a refusal is shown", async () => {
  const { deletion, sent, said } = pending("Samples of others are deleted by maintainers.");
  deletion.add([1]);
  deletion.add([2]);
  expect(deletion.numbers).toEqual([2]);
  await vi.advanceTimersByTimeAsync(DELAY);
  expect(sent).toEqual([[1], [2]]);
  expect(said[0]).toContain("maintainers");
});
