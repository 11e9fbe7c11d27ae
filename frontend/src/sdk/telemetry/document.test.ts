import { expect, test } from "vitest";
import { hex } from "../fetch-rune";
import { answersOf, dayOf, DOCUMENT_SIZE, pageDocument } from "./document";
import cases from "./document-cases.json";
import { MOST_ANSWERS, NOTHING_PENDING, withCounts } from "./pending";

test.each(cases)("the document of $day has the bytes that the server writes", ({ day, rune, document, ...counts }) => {
  const bytes = pageDocument(dayOf(Date.parse(day)), rune, counts);
  expect(bytes).toHaveLength(DOCUMENT_SIZE);
  expect(hex(bytes)).toBe(document);
});

test("a day begins and ends at midnight UTC", () => {
  const day = dayOf(Date.UTC(2026, 11, 1));
  expect(dayOf(Date.UTC(2026, 11, 1, 23, 59, 59, 999))).toBe(day);
  expect(dayOf(Date.UTC(2026, 11, 2))).toBe(day + 1);
  expect(dayOf(Date.UTC(2020, 0, 1))).toBe(0);
});

const counts = (answers: number) => ({ labels: [answers, 0], confidence: [0, answers], features: [[answers]] });

test("counts of one day are added and those of two days are apart", () => {
  const pending = [3, 4].reduce((sum, answers) => withCounts(sum, 7, counts(answers)), NOTHING_PENDING);
  expect(withCounts(pending, 8, counts(1))).toEqual(
    new Map([
      [7, counts(7)],
      [8, counts(1)],
    ]),
  );
});

test("runs without an answer are nothing to send", () => {
  expect(withCounts(NOTHING_PENDING, 7, counts(0))).toBe(NOTHING_PENDING);
});

test("more answers than a document may have are left out, and those before stay", () => {
  const full = withCounts(NOTHING_PENDING, 7, counts(MOST_ANSWERS));
  expect(withCounts(full, 7, counts(1))).toBe(full);
  expect(withCounts(NOTHING_PENDING, 7, counts(MOST_ANSWERS + 1))).toBe(NOTHING_PENDING);
  expect(answersOf({ labels: [], confidence: [], features: [[2, 3]] })).toBe(5);
});
