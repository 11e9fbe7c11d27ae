import { expect, test } from "vitest";

import { missingNeeds, takeWords } from "./selection";

test("the words name the number of changes", () => {
  expect([takeWords(3, 4), takeWords(4, 4), takeWords(1, 4), takeWords(1, 1), takeWords(0, 4)]).toEqual([
    "Take these 3",
    "Take all 4",
    "Take this 1",
    "Take this change",
    "Take none",
  ]);
});

test("a change that is left out is named where another one needs it", () => {
  const sure = { name: "sure", needs: [], isChosen: true };
  const answer = { name: "answer", needs: ["sure", "smooth"], isChosen: true };
  const smooth = { name: "smooth", needs: [], isChosen: true };
  expect(missingNeeds([{ ...sure, isChosen: false }, answer, smooth])).toBe(
    "answer needs sure. Take both, or neither.",
  );
  expect(missingNeeds([answer])).toBe("answer needs sure and smooth. Take both, or neither.");
  expect(missingNeeds([sure, answer, smooth])).toBeNull();
  expect(missingNeeds([sure, { ...answer, isChosen: false }])).toBeNull();
});
