import { expect, test } from "vitest";
import { termsOf } from "./terms";

const terms = (query: string): readonly string[] =>
  termsOf(query)
    .filter(({ isTerm }) => isTerm)
    .map(({ text }) => text);

test("spaces end a term, but not within quotes", () => {
  expect(terms('board=pico  note~"hall 3, door" seen<1d')).toEqual(["board=pico", 'note~"hall 3, door"', "seen<1d"]);
  expect(terms('"hall 3')).toEqual(['"hall 3']);
  expect(terms(String.raw`note="a \" b" c`)).toEqual([String.raw`note="a \" b"`, "c"]);
  expect(terms("   ")).toEqual([]);
});

test("the parts are the whole text", () => {
  for (const query of ["", "  a=b ", 'x="y', "a b  c ", 'a"b c"d'])
    expect(
      termsOf(query)
        .map(({ text }) => text)
        .join(""),
    ).toBe(query);
});
