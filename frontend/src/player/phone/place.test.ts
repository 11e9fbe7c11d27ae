// Says which project an address of the player is for.
import { expect, test } from "vitest";
import { studioKeyOf, placeOf, tokenOf } from "./place";

test("an address names a project and perhaps a tag", () => {
  expect(placeOf({ pathname: "/player/acme/digits", search: "?tag=1.0" })).toEqual({
    base: "/player/acme/digits",
    organisation: "acme",
    name: "digits",
    tag: "1.0",
  });
  expect(placeOf({ pathname: "/player/acme/digits/", search: "?tag=" })).toMatchObject({
    base: "/player/acme/digits",
    tag: null,
  });
});

test.each(["/player/", "/player/acme", "/player/acme/digits/more", "/acme/digits"])("%s names none", (pathname) => {
  expect(placeOf({ pathname, search: "" })).toBeNull();
});

test("a token is in the fragment and nowhere else", () => {
  expect(tokenOf("#token=abc")).toBe("abc");
  expect(tokenOf("#token=")).toBeNull();
  expect(tokenOf("")).toBeNull();
  expect([studioKeyOf("#token=abc&studio=K-_1"), studioKeyOf("#token=abc"), studioKeyOf("#studio=")]).toEqual([
    "K-_1",
    null,
    null,
  ]);
});
