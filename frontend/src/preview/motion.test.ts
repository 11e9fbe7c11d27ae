// Motion from files and sensors.
import { expect, test } from "vitest";
import { parseRows, rowsToBytes } from "./motion";

test("rows of a CSV become f32, the last ones first in importance", () => {
  const rows = parseRows("1,2.5,-3e0\r\n4,5,6\n7,8,9\n");
  expect([...new Float32Array(rowsToBytes(rows, 2))]).toEqual([4, 5, 6, 7, 8, 9]);
});

test("too few rows are filled up in front", () => {
  expect([...new Float32Array(rowsToBytes([[1, 2, 3]], 2))]).toEqual([1, 2, 3, 1, 2, 3]);
  expect([...new Float32Array(rowsToBytes([], 1))]).toEqual([0, 0, 0]);
});

test.each([
  ["1,2,3\n1,2", "Line 2 should have 3 fields but it actually had 2"],
  ["1,x,3", 'Unable to parse "x" on line 1'],
  ["1,,3", 'Unable to parse "" on line 1'],
])("a CSV that does not do is refused with the line", (text, message) => {
  expect(() => parseRows(text)).toThrow(message);
});
