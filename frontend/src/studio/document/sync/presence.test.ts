import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from "y-protocols/awareness";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import { peopleOf, Presence, presentOf } from "./presence";

const jo = { id: "jo", name: "Jo", initials: "JO", colour: 2, agent: false };
const mika = { id: "mika", name: "Mika", initials: "MK", colour: 1, agent: false };

describe("what a page says of itself", () => {
  it("is passed over when it is malformed", () => {
    for (const state of [null, 7, {}, { user: {} }, { user: { id: 1, name: "x" } }])
      expect(presentOf(1, state)).toBeNull();
  });

  it("may lack a file and a cursor", () => {
    expect(presentOf(1, { user: jo, cursor: { anchor: 3 } })).toEqual({
      client: 1,
      person: jo,
      file: null,
      cursor: null,
    });
  });

  it("takes initials from the name of a client that gives none", () => {
    expect(presentOf(1, { user: { id: "x", name: "Ann" } })?.person.initials).toBe("AN");
  });
});

describe("presence", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function pages(): {
    readonly text: Y.Text;
    readonly here: Presence;
    readonly there: Presence;
    readonly pass: () => void;
  } {
    const [one, two] = [new Y.Doc(), new Y.Doc()];
    const text = one.getText("t");
    text.insert(0, "hello");
    Y.applyUpdate(two, Y.encodeStateAsUpdate(one));
    const [first, second] = [new Awareness(one), new Awareness(two)];
    const pass = (): void => applyAwarenessUpdate(second, encodeAwarenessUpdate(first, [first.clientID]), "test");
    return { text, here: new Presence(first, mika), there: new Presence(second, jo), pass };
  }

  it("tells others the file and the cursor", () => {
    const { text, here, there, pass } = pages();
    here.show("file-1");
    here.point(text, { anchor: 1, head: 3 });
    vi.advanceTimersByTime(1000);
    pass();
    const [present] = there.state.getState();
    expect(present?.person).toEqual(mika);
    expect(present?.file).toBe("file-1");
    const head =
      present?.cursor === null || present === undefined
        ? null
        : Y.createAbsolutePositionFromRelativePosition(present.cursor.head, text.doc as Y.Doc);
    expect(head?.index).toBe(3);
  });

  it("forgets the cursor of the file that was left", () => {
    const { text, here, there, pass } = pages();
    here.show("file-1");
    here.point(text, { anchor: 1, head: 1 });
    here.show("file-2");
    vi.advanceTimersByTime(1000);
    pass();
    expect(there.state.getState()[0]).toMatchObject({ file: "file-2", cursor: null });
  });

  it("gives one entry a person, and none for oneself", () => {
    const present = [presentOf(1, { user: jo }), presentOf(2, { user: jo }), presentOf(3, { user: mika })].flatMap(
      (each) => each ?? [],
    );
    expect(peopleOf(present, "mika").map((each) => each.person.name)).toEqual(["Jo"]);
  });
});
