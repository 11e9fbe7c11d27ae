import { expect, test } from "vitest";
import { counted } from "./plural";

test("a count agrees with its noun", () => {
  expect([0, 1, 2, 1960].map((number) => counted(number, "row"))).toEqual(["0 rows", "1 row", "2 rows", "1,960 rows"]);
  expect([counted(1, "box", "boxes"), counted(3, "box", "boxes")]).toEqual(["1 box", "3 boxes"]);
});
