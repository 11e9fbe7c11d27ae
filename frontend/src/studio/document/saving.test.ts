import { expect, test } from "vitest";
import { afterSaving, NOTHING_YET, saveState, type SavingEvent } from "./saving";

function after(...events: SavingEvent[]): string {
  return saveState(events.reduce(afterSaving, NOTHING_YET));
}

test("nothing typed on an open socket is saved", () => {
  expect(after("opened")).toBe("saved");
});

test("an edit is saved when a question asked after it is answered", () => {
  expect(after("opened", "answered", "edited")).toBe("saving");
  expect(after("opened", "answered", "edited", "asked")).toBe("saving");
  expect(after("opened", "answered", "edited", "asked", "answered")).toBe("saved");
});

test("an answer to an earlier question proves nothing of a later edit", () => {
  expect(after("opened", "answered", "edited", "asked", "edited", "answered")).toBe("saving");
  expect(after("opened", "edited", "answered")).toBe("saving");
});

test("an answer that was lost with its socket does not count", () => {
  expect(after("opened", "answered", "edited", "asked", "closed")).toBe("offline-unsent");
  expect(after("opened", "answered", "edited", "asked", "closed", "opened", "answered")).toBe("saving");
});

test("what was typed while away is saved when a question after the catching up is answered", () => {
  expect(after("opened", "answered", "closed", "edited", "opened", "answered", "asked", "answered")).toBe("saved");
});

test("a lost connection with nothing unsent says less", () => {
  expect(after("opened", "answered", "closed")).toBe("offline");
});

test("an answer nobody asked for changes nothing", () => {
  expect(after("opened", "answered", "edited", "answered")).toBe("saving");
});
