import { expect, it } from "vitest";
import * as Y from "yjs";
import { ProjectFiles } from "../../document/files/files";
import { Toasts } from "./toasts";
import { undoOfLastStep } from "./undo-action";

function renamedFile() {
  const files = new ProjectFiles(new Y.Doc());
  files.doc.getMap("files").set("1", new Y.Map<unknown>([["path", "a.txt"]]));
  const toasts = new Toasts();
  files.rename("1", "b.txt");
  return { files, toasts, undo: undoOfLastStep({ files, toasts }), path: () => files.list()[0]?.path };
}

it("takes back the edit that the message is about", () => {
  const { undo, path } = renamedFile();
  undo?.run();
  expect(path()).toBe("a.txt");
});

it("takes back no later edit, and says why", () => {
  const { files, toasts, undo, path } = renamedFile();
  files.rename("1", "c.txt");
  undo?.run();
  expect(path()).toBe("c.txt");
  expect(toasts.state.getState().map(({ text }) => text)).toEqual([
    "You edited the files after this. Undo the later edits first.",
  ]);
});

it("takes back nothing where the edit was undone already", () => {
  const { files, undo, path } = renamedFile();
  files.rename("1", "c.txt");
  files.undo.undo();
  files.undo.undo();
  undo?.run();
  expect(path()).toBe("a.txt");
});
