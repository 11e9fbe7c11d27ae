// A worker that waits is taken once, and only by a rune that runs on the same script.
import { expect, test } from "vitest";
import { PreparedWorker } from "./prepared-worker";

function workers() {
  const started: string[] = [];
  const ended: string[] = [];
  const prepared = new PreparedWorker((text) => {
    const name = `${text} ${started.length}`;
    started.push(name);
    return { name, terminate: () => void ended.push(name) };
  });
  return { prepared, started, ended };
}

test("a worker that waits is taken by the next rune, and no rune gets the worker of another", () => {
  const { prepared, started, ended } = workers();
  prepared.prepare("script");
  expect(prepared.take("script").name).toBe("script 0");
  expect(prepared.take("script").name).toBe("script 1");
  expect(started).toHaveLength(2);
  expect(ended).toEqual([]);
});

test("at most one waits", () => {
  const { prepared, started } = workers();
  prepared.prepare("script");
  prepared.prepare("script");
  expect(started).toEqual(["script 0"]);
});

test("one of another script is not taken, and is ended when its place is needed", () => {
  const { prepared, ended } = workers();
  prepared.prepare("script");
  expect(prepared.take("script with an interpreter").name).toBe("script with an interpreter 1");
  expect(ended).toEqual([]);
  prepared.prepare("script with an interpreter");
  expect(ended).toEqual(["script 0"]);
  expect(prepared.take("script with an interpreter").name).toBe("script with an interpreter 2");
});
