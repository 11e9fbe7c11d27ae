import type { TextEdit } from "../../../api/schema";
import { expect, test } from "vitest";
import { lineChanges } from "./changes";

const TEXT = "model: ./a.tflite\nlabels: {path: ./l.txt, other: ./l.txt}\nend";

function edit(old: string, text: string, from = 0): TextEdit {
  const offset = TEXT.indexOf(old, from);
  const line = TEXT.slice(0, offset).split("\n").length;
  const at = (place: number) => ({ line, column: 1, offset: place });
  return { file: "Runefile.yml", span: { start: at(offset), end: at(offset + old.length) }, text };
}

test("each line that changes is shown as it is and as it will be", () => {
  expect(lineChanges(TEXT, [edit("./a.tflite", "./models/a.tflite"), edit("end", "the end")])).toEqual([
    { file: "Runefile.yml", line: 1, before: "model: ./a.tflite", after: "model: ./models/a.tflite" },
    { file: "Runefile.yml", line: 3, before: "end", after: "the end" },
  ]);
});

test("two edits of one line are shown together", () => {
  const second = TEXT.indexOf("./l.txt") + 1;
  const changes = lineChanges(TEXT, [edit("./l.txt", "./words.txt"), edit("./l.txt", "./w.txt", second)]);
  expect(changes).toEqual([
    {
      file: "Runefile.yml",
      line: 2,
      before: "labels: {path: ./l.txt, other: ./l.txt}",
      after: "labels: {path: ./words.txt, other: ./w.txt}",
    },
  ]);
});

test("no edits change nothing", () => {
  expect(lineChanges(TEXT, [])).toEqual([]);
});

test("an edit at the begin of a text that begins with a line break is of its first line", () => {
  const place = { line: 1, column: 1, offset: 0 };
  const span = { file: "Runefile.yml", start: place, end: place };
  const first = { ...edit("end", ""), span, text: "version: 1" };
  expect(lineChanges("\nend", [first])).toEqual([{ file: "Runefile.yml", line: 1, before: "", after: "version: 1" }]);
});
