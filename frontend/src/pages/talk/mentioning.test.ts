import { expect, test } from "vitest";
import { momentKey, secondsText } from "./begin";
import { typeOf } from "../../api/follow-events";
import { begunMention, fitting, isCombined, withMention, type Person } from "./mentioning";

const person = (name: string): Person => ({ id: name, name, initials: "XX", colour: 1 });
const [ANA, BEN] = [person("Ana Nowak"), person("Ben Ray")];

test("a mention begins with an @ that no letter is before", () => {
  expect(begunMention("Ask @an", 7)).toEqual({ at: 4, query: "an" });
  expect(begunMention("@", 1)).toEqual({ at: 0, query: "" });
  expect(begunMention("(@Ana N", 7)).toEqual({ at: 1, query: "Ana N" });
  expect(begunMention("ana@an", 6)).toBeNull();
  expect(begunMention("@ana\nmore", 9)).toBeNull();
  expect(begunMention("Ask", 3)).toBeNull();
});

test("people fit by the beginning of any of their names, until one is whole", () => {
  expect(fitting([ANA, BEN], "")).toEqual([ANA, BEN]);
  expect(fitting([ANA, BEN], "RA")).toEqual([BEN]);
  expect(fitting([ANA, BEN], "ana n")).toEqual([ANA]);
  expect(fitting([ANA, BEN], "Ana Nowak ")).toEqual([]);
  expect(fitting([ANA, BEN], "x")).toEqual([]);
});

test("whom one chooses stands in the text, and the caret behind", () => {
  expect(withMention("Ask @an", { at: 4, query: "an" }, ANA)).toEqual({ text: "Ask @Ana Nowak ", caret: 15 });
  expect(withMention("@b, you", { at: 0, query: "b" }, BEN)).toEqual({ text: "@Ben Ray , you", caret: 9 });
  expect(withMention("@b you", { at: 0, query: "b" }, BEN)).toEqual({ text: "@Ben Ray you", caret: 9 });
});

test("a moment is named and said as the server does it", () => {
  expect(momentKey("x", 1400)).toBe("moment:1400:x");
  expect(secondsText(1400)).toBe("1.4 s");
});

test("what is no message is about nothing", () => {
  expect(typeOf('{"type":"thread.changed"}')).toBe("thread.changed");
  expect([typeOf("{"), typeOf("null"), typeOf('{"type":1}'), typeOf(7)]).toEqual([null, null, null, null]);
});

test("a key that is pressed with another is none of the list's", () => {
  const alone = { altKey: false, ctrlKey: false, metaKey: false, shiftKey: false };
  expect(isCombined(alone)).toBe(false);
  expect([isCombined({ ...alone, ctrlKey: true }), isCombined({ ...alone, shiftKey: true })]).toEqual([true, true]);
});
