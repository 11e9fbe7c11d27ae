import { expect, test } from "vitest";
import { quotaNotice } from "./storage-quota";

const LIMIT = 20_000_000_000;

test.each([
  [0, 1_000_000],
  [15_000_000_000, 900_000_000],
])("with room enough, nothing is said (%d used, %d more)", (used, size) => {
  expect(quotaNotice({ used, limit: LIMIT }, size)).toBeNull();
});

test("from 80 % on, what is left afterwards is said", () => {
  expect(quotaNotice({ used: 15_900_000_000, limit: LIMIT }, 200_000_000)).toEqual({
    tone: "warn",
    text: "After this, the organisation has 3.9 GB left of 20.0 GB.",
  });
});

test("what does not fit is said before it is refused", () => {
  const notice = quotaNotice({ used: LIMIT - 1_000_000, limit: LIMIT }, 2_000_000);
  expect(notice?.tone).toBe("bad");
  expect(notice?.text).toContain("1.0 MB left of 20.0 GB");
});

test("an organisation that has more than it may has nothing left", () => {
  expect(quotaNotice({ used: 30, limit: 20 }, 1)?.text).toContain("0 B left");
});
