// A worker that waits is taken once, and only by a rune that runs on the same script.
import { expect, test } from "vitest";
import { PreparedWorker } from "./prepared-worker";

function workers() {
  const startedNames: string[] = [];
  const endedNames: string[] = [];
  const preparedWorker = new PreparedWorker((text) => {
    const name = `${text} ${startedNames.length}`;
    startedNames.push(name);
    return { name, terminate: () => void endedNames.push(name) };
  });
  return { preparedWorker, startedNames, endedNames };
}

test("a worker that waits is taken by the next rune, and no rune gets the worker of another", () => {
  const { preparedWorker, startedNames, endedNames } = workers();
  preparedWorker.prepare("script");
  expect(preparedWorker.take("script").name).toBe("script 0");
  expect(preparedWorker.take("script").name).toBe("script 1");
  expect(startedNames).toHaveLength(2);
  expect(endedNames).toEqual([]);
});

test("at most one waits", () => {
  const { preparedWorker, startedNames } = workers();
  preparedWorker.prepare("script");
  preparedWorker.prepare("script");
  expect(startedNames).toEqual(["script 0"]);
});

test("one of another script is not taken, and is ended when its place is needed", () => {
  const { preparedWorker, endedNames } = workers();
  preparedWorker.prepare("script");
  expect(preparedWorker.take("script with an interpreter").name).toBe("script with an interpreter 1");
  expect(endedNames).toEqual([]);
  preparedWorker.prepare("script with an interpreter");
  expect(endedNames).toEqual(["script 0"]);
  expect(preparedWorker.take("script with an interpreter").name).toBe("script with an interpreter 2");
});
