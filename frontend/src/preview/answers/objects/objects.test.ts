import { expect, test } from "vitest";
import { countText, kindCertainty, kindsOf, nounOf, thresholdText, type ObjectMark } from "./objects";

const NAMES = ["coin", "nut", "bolt"];
const mark = (name: string, share: number | null, isCounted = true): ObjectMark => ({
  left: 0,
  top: 0,
  width: 0.1,
  height: 0.1,
  kind: { index: NAMES.indexOf(name), name },
  share,
  isCounted,
});
const marks = [mark("nut", 0.92), mark("coin", 0.98), mark("coin", 0.95), mark("nut", 0.77), mark("coin", 0.88)];
const faint = mark("coin", 0.41, false);

test("the most frequent kind is said first, then the others", () => {
  expect(countText(kindsOf(marks))).toBe("3 coins and 2 nuts");
  expect(countText(kindsOf([mark("coin", 0.9)]))).toBe("1 coin");
  expect(countText([])).toBe("0 objects");
  expect(countText(kindsOf([...marks, mark("bolt", 0.9)]))).toBe("3 coins, 2 nuts and 1 bolt");
});

test("what is below the threshold is not counted, and said", () => {
  expect(kindsOf([...marks, faint])).toEqual([
    { index: 0, name: "coin", count: 3 },
    { index: 1, name: "nut", count: 2 },
  ]);
  const count = { kinds: kindsOf(marks), threshold: 0.5 };
  expect(thresholdText({ ...count, marks })).toBe("5 above 50 %.");
  expect(thresholdText({ ...count, marks: [...marks, faint] })).toBe(
    "5 above 50 %. One at 41 % is dotted and not counted.",
  );
  expect(thresholdText({ ...count, marks: [...marks, faint, faint] })).toBe(
    "5 above 50 %. 2 below it are dotted and not counted.",
  );
  expect(thresholdText({ ...count, marks, threshold: null })).toBeNull();
});

test("each kind says how sure the model is of its marks", () => {
  const [coin, nut] = [0, 1].map((index) => ({ index, name: NAMES[index] ?? "", count: 1 }));
  expect(coin && kindCertainty(coin, [...marks, faint])).toBe("88 % to 98 %");
  expect(nut && kindCertainty(nut, [mark("nut", 0.9)])).toBe("90 %");
  expect(nut && kindCertainty(nut, [mark("nut", null)])).toBeNull();
});

test("labels of plain words have a plural, others stay as they are", () => {
  const nouns = ["coin", "box", "berry", "key", "glass", "screws", "M3", "Schraube"];
  expect(nouns.map((name) => nounOf({ name, count: 2 }))).toEqual([
    "coins",
    "boxes",
    "berries",
    "keys",
    "glasses",
    "screws",
    "M3",
    "Schraube",
  ]);
});
