import { expect, test } from "vitest";
import { badgeText, unreadIn } from "./bell";

test("a badge shows no nought, and no number that it has no room for", () => {
  expect([0, 1, 99, 100].map(badgeText)).toEqual(["", "1", "99", "99+"]);
});

test("only a message of the inbox says how many are unread", () => {
  expect(unreadIn({ type: "inbox", unread: 3 })).toBe(3);
  for (const other of [null, 3, "3", {}, { unread: "3" }]) expect(unreadIn(other)).toBeNull();
});
