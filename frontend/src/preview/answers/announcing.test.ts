import { expect, test } from "vitest";
import { dueIn, spokenText } from "./announcing";

const hammer = { text: "hammer", share: 0.9961 };

test("an answer is said with how sure it is, without a percent sign or decimals", () => {
  expect(spokenText(hammer)).toBe("hammer, over 99 percent sure");
  expect(spokenText({ text: "nothing", share: null })).toBe("nothing");
});

test("the same answer is said once, however sure it is meanwhile", () => {
  expect(dueIn(null, hammer, 5000)).toBe(0);
  expect(dueIn({ answer: hammer, at: 5000 }, { text: "hammer", share: 0.7 }, 9000)).toBeNull();
  expect(dueIn({ answer: hammer, at: 5000 }, null, 9000)).toBeNull();
});

test("another answer waits until a second has passed", () => {
  const tongs = { text: "tongs", share: 0.8 };
  expect(dueIn({ answer: hammer, at: 5000 }, tongs, 5300)).toBe(700);
  expect(dueIn({ answer: hammer, at: 5000 }, tongs, 6500)).toBe(0);
});
