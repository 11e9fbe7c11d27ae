// Motion from files and sensors.
import { expect, test } from "vitest";
import conformance from "../../../tests/conformance/motion.json";
import { parseRows, rowsToBytes, windowOfFile } from "./motion";

test("rows of a CSV become f32, the last ones first in importance", () => {
  const rows = parseRows("1,2.5,-3e0\r\n4,5,6\n7,8,9\n");
  expect([...new Float32Array(rowsToBytes(rows, 2))]).toEqual([4, 5, 6, 7, 8, 9]);
});

test("a stream that begins is filled up in front", () => {
  expect([...new Float32Array(rowsToBytes([[1, 2, 3]], 2))]).toEqual([1, 2, 3, 1, 2, 3]);
  expect([...new Float32Array(rowsToBytes([], 1))]).toEqual([0, 0, 0]);
});

test.each(conformance.read)("a CSV is read: $what", ({ text, rows }) => {
  expect(parseRows(text).map((row) => row.map(Math.fround))).toEqual(rows);
});

test.each(conformance.refused)("a CSV that does not do is refused with the line: $message", ({ text, message }) => {
  expect(() => parseRows(text)).toThrow(`${message}.`);
});

test.each(conformance.window)("a rune reads the first rows of a file: $what", ({ text, count, rows, message }) => {
  const window = () => [...new Float32Array(windowOfFile(text, count))];
  if (message === undefined) expect(window()).toEqual(rows.flat());
  else expect(window).toThrow(`${message}.`);
});

test("what is no number is read as it is written", () => {
  expect(parseRows("inf,-Infinity,nan\n")).toEqual([[Infinity, -Infinity, NaN]]);
});
