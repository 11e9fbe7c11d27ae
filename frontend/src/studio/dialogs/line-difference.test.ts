import { expect, it } from "vitest";
import { lineDifference } from "./line-difference";

const picture = (before: string, after: string): string =>
  lineDifference(before, after)
    .map(({ kind, text }) => `${{ same: " ", removed: "-", added: "+" }[kind]}${text}`)
    .join("\n");

it("keeps what both have, and shows what goes before what comes", () => {
  expect(picture("a\nb\nc", "a\nx\nc")).toBe(" a\n-b\n+x\n c");
  expect(picture("a", "a")).toBe(" a");
  expect(picture("", "a\nb")).toBe("-\n+a\n+b");
  expect(picture("a\nb\nc\nd", "b\nd\ne")).toBe("-a\n b\n-c\n d\n+e");
});

it("gives back both texts", () => {
  const [before, after] = ["one\ntwo\ntwo\nthree\n", "two\none\ntwo\n\nthree"];
  const lines = lineDifference(before, after);
  const side = (other: string): string =>
    lines
      .filter(({ kind }) => kind !== other)
      .map(({ text }) => text)
      .join("\n");
  expect([side("added"), side("removed")]).toEqual([before, after]);
});
