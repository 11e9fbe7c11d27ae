import { beforeEach, expect, test } from "vitest";
import * as Y from "yjs";
import { createStore } from "zustand/vanilla";
import type { Workspace } from "../session/workspace";
import { firstSteps } from "./first-steps";

const ME = { id: "u", name: "Mika" };

interface Session {
  readonly me: typeof ME;
  readonly builds: readonly { readonly requested_by: { readonly id: string } | null }[];
}

const store = createStore<Session>(() => ({ me: ME, builds: [] }));
const doc = new Y.Doc();
const workspace = { store: { state: store }, files: { doc } } as unknown as Workspace;

let entries = new Map<string, string>();
const storage = {
  getItem: (key: string) => entries.get(key) ?? null,
  setItem: (key: string, value: string) => void entries.set(key, value),
} as Storage;

beforeEach(() => {
  entries = new Map();
  store.setState({ builds: [] });
});

/** A page on which something is pressed that lies within what `inside` names. */
class Page extends EventTarget {
  closest: (selector: string) => this | null = () => null;

  press(inside: string): void {
    this.closest = (selector) => (selector === inside ? this : null);
    this.dispatchEvent(new Event("pointerdown"));
  }
}

test("each step is done by its act alone, and is kept", () => {
  const page = new Page();
  const steps = firstSteps(workspace, storage);
  const stop = steps.watch(page);
  page.press("header");
  expect([...steps.doneSteps.getState()]).toEqual([]);
  page.press("[data-input]");
  doc.getText("a").insert(0, "x");
  store.setState({ builds: [{ requested_by: { id: "someone else" } }, { requested_by: null }] });
  expect([...steps.doneSteps.getState()]).toEqual(["try", "change"]);
  store.setState({ builds: [{ requested_by: { id: ME.id } }] });
  expect([...steps.doneSteps.getState()]).toEqual(["try", "change", "build"]);
  stop();
  expect([...firstSteps(workspace, storage).doneSteps.getState()]).toEqual(["try", "change", "build"]);
});

test("what others write is no step of one's own, and nothing is watched after the end", () => {
  const steps = firstSteps(workspace, storage);
  const stop = steps.watch(new EventTarget());
  const other = new Y.Doc();
  other.getText("b").insert(0, "y");
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(other));
  expect([...steps.doneSteps.getState()]).toEqual([]);
  stop();
  doc.getText("a").insert(0, "z");
  expect([...steps.doneSteps.getState()]).toEqual([]);
});

test("without storage the ticks last as long as the page", () => {
  const steps = firstSteps(workspace, null);
  const stop = steps.watch(new EventTarget());
  doc.getText("a").insert(0, "z");
  expect([...steps.doneSteps.getState()]).toEqual(["change"]);
  stop();
});
