// Where one is: what is open and shown, what is selected, and where the editor is sent.
import type { OutlineNode, Preview } from "../../api/schema";
import { beforeEach, expect, test } from "vitest";
import * as Y from "yjs";
import { createStore, type StoreApi } from "zustand/vanilla";
import { ProjectFiles } from "../document/files/files";
import type { TextState } from "../session/workspace";
import { StudioPlaces, type FileView } from "./places";

const stage = (name: string, line: number): OutlineNode => ({ name, kind: "block", detail: "", line, file: null });
const FIRST = stage("audio", 3);
const SECOND = stage("fft", 6);
const PREVIEW: Preview = {
  sequence: 1,
  state: "ready",
  diagnostics: [],
  outline: { nodes: [FIRST, SECOND], wires: [] },
  current: true,
  error: null,
  build: null,
};

let files: ProjectFiles;
let texts: StoreApi<TextState>;
let savedViews: FileView[];
let places: StudioPlaces;
const state = () => places.state.getState();

function add(id: string, path: string): void {
  const file = new Y.Map<unknown>([
    ["path", path],
    ["kind", "text"],
    ["text", new Y.Text("")],
  ]);
  files.doc.getMap("files").set(id, file);
  texts.setState({ files: files.list() });
}

beforeEach(() => {
  files = new ProjectFiles(new Y.Doc());
  texts = createStore<TextState>(() => ({
    read: true,
    save: "saved",
    closedFor: "",
    files: [],
    deletedCount: 0,
    ahead: false,
  }));
  savedViews = [];
  const rememberedView = { read: (): FileView => "both", save: (view: FileView) => void savedViews.push(view) };
  places = new StudioPlaces({ state: texts, preview: createStore(() => PREVIEW), files }, rememberedView, false);
  add("run", "Runefile.yml");
  add("words", "labels.txt");
});

test("the Runefile is shown before anything is opened, and stays in its tab when another file is", () => {
  expect(state().shownFiles.active?.id).toBe("run");
  places.openFile("words");
  expect(state().shownFiles.tabs.map(({ id }) => id)).toEqual(["run", "words"]);
  places.closeFile("words");
  expect(state().shownFiles.active?.id).toBe("run");
});

test("the stage at the cursor is the selected one, in the Runefile alone", () => {
  places.setCursor({ line: 7, column: 1 });
  expect(state().selectedStage).toBe("fft");
  places.openFile("words");
  expect(state().selectedStage).toBeNull();
});

test("what does not change keeps its object, so that a cursor's move draws nothing else anew", () => {
  places.setCursor({ line: 6, column: 1 });
  const { shownFiles, open } = state();
  places.setCursor({ line: 7, column: 4 });
  texts.setState({ save: "saving", ahead: true });
  expect(state().shownFiles).toBe(shownFiles);
  expect(state().open).toBe(open);
});

test("a place in the Runefile is shown as text, also where the graph stood alone", () => {
  places.showRunefile("graph");
  places.goTo("Runefile.yml", 4, 2);
  expect(state()).toMatchObject({ view: "both", jump: { file: "run", line: 4, column: 2 } });
  expect(savedViews).toEqual(["graph", "both"]);
});

test("in the graph alone a stage is picked where it is; leaving it, the cursor goes to that stage", () => {
  places.setCursor({ line: 3, column: 1 });
  places.changeView("graph");
  expect(state().selectedStage).toBe("audio");
  places.goToStage(SECOND);
  expect(state()).toMatchObject({ selectedStage: "fft", jump: null });
  places.changeView("text");
  expect(state().jump).toEqual({ file: "run", line: 6, column: 1, quiet: true });
});

test("a file that the server makes is opened when it is here", () => {
  places.awaitFile("notes.md");
  expect(state().shownFiles.active?.id).toBe("run");
  add("notes", "notes.md");
  expect(state().shownFiles.active?.id).toBe("notes");
  expect(state().jump).toEqual({ file: "notes", line: 1, column: 1 });
  // Once: it may be closed.
  places.closeFile("notes");
  add("more", "more.md");
  expect(state().shownFiles.active?.id).toBe("run");
});
