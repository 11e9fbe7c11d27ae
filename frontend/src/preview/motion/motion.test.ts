// Motion from files and sensors.
import { expect, test } from "vitest";
import conformance from "../../../../tests/conformance/motion.json";
import { rowsToBytes } from "./motion";
import { chunksOf, parseRows, windowOfFile } from "./file";

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

test("a rune that makes windows itself is given each row of a file once", () => {
  const rows = Array.from({ length: 7 }, (_, row) => [row, 10 + row, 20 + row].join(",")).join("\n");
  const windows = chunksOf(rows, 3).map((chunk) => [...new Float32Array(chunk)].filter((_, index) => index % 3 === 0));
  expect(windows).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ]);
  expect(() => chunksOf(rows, 8)).toThrow("8 samples were requested but only 7 are available.");
});

test("what is no number is read as it is written", () => {
  expect(parseRows("inf,-Infinity,nan\n")).toEqual([[Infinity, -Infinity, NaN]]);
});
