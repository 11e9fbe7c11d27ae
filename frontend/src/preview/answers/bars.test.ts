// Bars are of probabilities alone, and one that is full is 100 %.
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { AnswerBars } from "./AnswerBars";

const widths = (...scores: readonly { value: number; share: number | null }[]): readonly string[] => {
  const html = renderToStaticMarkup(
    createElement(AnswerBars, { scores: scores.map((score, index) => ({ index, name: `class ${index}`, ...score })) }),
  );
  return [...html.matchAll(/width:([\d.]+%)/g)].map(([, width]) => width ?? "");
};

test("91 % fills 91 % of its bar, whatever the other scores are", () => {
  expect(widths({ value: 0.91, share: 0.91 }, { value: 0.09, share: 0.09 })).toEqual(["91%", "9%"]);
  expect(widths({ value: 0.5, share: 0.5 })).toEqual(["50%"]);
});

test("a number of which no range is known has no bar", () => {
  expect(widths({ value: 176, share: null }, { value: -3, share: null })).toEqual([]);
});
