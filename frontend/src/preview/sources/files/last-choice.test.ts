import { beforeEach, expect, test, vi } from "vitest";
import { LastChoice } from "./last-choice";

function makeDeferred() {
  let [resolve, reject]: [(value: string) => void, (error: Error) => void] = [() => undefined, () => undefined];
  const promise = new Promise<string>((fulfil, fail) => ([resolve, reject] = [fulfil, fail]));
  return { promise, resolve, reject };
}

const [onValue, onProblem] = [vi.fn(), vi.fn()];

// Files of one thread share the clock as well.
beforeEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
});

test("a large file that was chosen before a small one does not come after it", async () => {
  const choice = new LastChoice();
  const [large, brokenFile, small] = [makeDeferred(), makeDeferred(), makeDeferred()];
  for (const { promise } of [large, brokenFile, small]) choice.follow(promise, onValue, onProblem);
  small.resolve("small");
  await small.promise;
  large.resolve("large");
  brokenFile.reject(new Error("no picture"));
  await Promise.allSettled([large.promise, brokenFile.promise]);
  expect(onValue.mock.calls).toEqual([["small"]]);
  expect(onProblem).not.toHaveBeenCalled();
});

test("the last choice says why it cannot be read", async () => {
  const choice = new LastChoice();
  choice.follow(Promise.resolve("good"), onValue, onProblem);
  choice.follow(Promise.reject(new Error("no picture")), onValue, onProblem);
  await new Promise((resolve) => setTimeout(resolve));
  expect(onValue).not.toHaveBeenCalledWith("good");
  expect(onProblem).toHaveBeenCalledWith(new Error("no picture"));
});

test("a file that is still read when another source is chosen is no input", async () => {
  const choice = new LastChoice();
  choice.follow(Promise.resolve("late"), onValue, onProblem);
  choice.forget();
  await new Promise((resolve) => setTimeout(resolve));
  expect(onValue).not.toHaveBeenCalledWith("late");
});
