import { expect, test } from "vitest";
import { badgeText, bellWords, unreadIn } from "./inbox";

test("a badge shows no nought, and no number that it has no room for", () => {
  expect([0, 1, 99, 100].map(badgeText)).toEqual(["", "1", "99", "99+"]);
  expect([0, 3].map(bellWords)).toEqual(["Notices", "Notices, 3 unread"]);
});

test("only a message of the inbox says how many are unread", () => {
  expect(unreadIn({ type: "inbox", unread: 3 })).toBe(3);
  for (const other of [null, 3, "3", {}, { unread: "3" }]) expect(unreadIn(other)).toBeNull();
});
