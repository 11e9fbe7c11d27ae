import { expect, test } from "vitest";
import { after, lessonOf, nameProblem, NOTHING_TAUGHT, savingProblem, type Act, type History } from "./lessons";

const record = (label: number, ...features: number[]): Act => ({ type: "record", label, features, content: null });
const historyAfter = (...acts: Act[]): History => acts.reduce(after, NOTHING_TAUGHT);
const both = historyAfter({ type: "add", name: "knock" }, { type: "add", name: "glass" });

test("examples become rows with the number of their label", () => {
  const { now } = [record(2, 3, 4), record(1, 1, 2), record(2, 5, 6)].reduce(after, both);
  expect(lessonOf(now, 2)).toEqual({
    rows: Float64Array.of(1, 2, 3, 4, 5, 6),
    labels: [0, 1, 1],
    columns: 2,
    classes: 2,
  });
});

test("nothing is learned below two labels with examples", () => {
  expect(lessonOf([record(1, 1)].reduce(after, both).now, 1)).toBeNull();
});

test("each act can be undone, and says what it was", () => {
  const acts: readonly (readonly [Act, string])[] = [
    [record(1, 1), "an example of knock"],
    [{ type: "rename", label: 1, name: "tap" }, "renaming knock"],
    [{ type: "forget", label: 1, example: 3 }, "removing an example of tap"],
    [{ type: "remove", label: 1 }, "removing tap"],
    [{ type: "add", name: "bell" }, "adding bell"],
  ];
  let history = both;
  const states = acts.map(([act, name]) => {
    const before = history.now;
    history = after(history, act);
    expect(history.before.at(-1)?.act).toBe(name);
    return before;
  });
  for (const state of states.toReversed()) {
    history = after(history, { type: "undo" });
    expect(history.now).toEqual(state);
  }
});

test("an act on a label that is gone changes nothing", () => {
  expect(after(both, record(9, 1))).toBe(both);
  expect(after(NOTHING_TAUGHT, { type: "undo" })).toBe(NOTHING_TAUGHT);
});

test.each([
  ["", "Write a name."],
  ["a name that is too long", "at most 10 characters"],
  [" Knock", "A label Knock already exists."],
])("the name %j is refused", (name, message) => {
  expect(nameProblem(both.now, name, 10)).toContain(message);
});

test("a label keeps its own name", () => {
  expect(nameProblem(both.now, "knock", 10, 1)).toBeNull();
});

test("it can be saved with enough examples of each label", () => {
  expect(savingProblem(NOTHING_TAUGHT.now, 2)).toBe("Teach two labels or more.");
  const some = [record(1, 1), record(1, 2), record(2, 3)].reduce(after, both);
  expect(savingProblem(some.now, 2)).toBe("More examples are needed: 1 of glass.");
  expect(savingProblem(after(some, record(2, 4)).now, 2)).toBeNull();
});
