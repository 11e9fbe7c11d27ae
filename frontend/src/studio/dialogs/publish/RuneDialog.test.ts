import { expect, test } from "vitest";
import { nextTag } from "./RuneDialog";

test("the tag that is proposed is one more than the newest version, and words are passed over", () => {
  expect(nextTag([])).toBe("1.0");
  expect(nextTag([{ tag: "latest" }, { tag: "1.9" }, { tag: "1.8" }])).toBe("1.10");
  expect(nextTag([{ tag: "2.0.3" }])).toBe("2.0.4");
  expect(nextTag([{ tag: "stable" }])).toBe("1.0");
});
