import { expect, test } from "vitest";
import { RuneError } from "../../runtime/errors";
import { sensorInputs, sensorOf } from "./index";
import { Queue } from "./queue";

test("a slow loop loses the oldest values, and an error comes after those that wait", async () => {
  const queue = new Queue<number>(2);
  [1, 2, 3].forEach((value) => queue.push(value));
  queue.fail(new Error("unplugged"));
  const values = queue.read();
  expect((await values.next()).value).toBe(2);
  expect((await values.next()).value).toBe(3);
  await expect(values.next()).rejects.toThrow("unplugged");
});

test("a loop that waits ends with the signal", async () => {
  const abort = new AbortController();
  const next = new Queue<number>(2, abort.signal).read().next();
  abort.abort();
  expect((await next).done).toBe(true);
});

test("a rune is refused a sensor that it does not read", () => {
  const request = { id: 1, parameters: {}, size: 4, type: null, stage: null };
  expect(sensorOf({ ...request, kind: "RAW" })).toBeNull();
  expect(sensorOf({ ...request, kind: "FLOAT_IMAGE" })).toBe("camera");
  expect(() => sensorInputs("camera", [{ ...request, kind: "SOUND" }])).toThrow(RuneError);
  expect(() => sensorInputs(undefined, [{ ...request, kind: "RAW" }])).toThrow("does not read a sensor alone");
  expect(() => sensorInputs(undefined, [])).toThrow(RuneError);
});
