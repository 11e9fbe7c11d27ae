import { expect, it } from "vitest";
import * as Y from "yjs";
import { ProjectFiles } from "../document/files";
import { createBlock } from "./new-block";

function room(answer: unknown) {
  const files = new ProjectFiles(new Y.Doc());
  const entry: readonly (readonly [string, unknown])[] = [
    ["path", "Runefile.yml"],
    ["kind", "text"],
    ["text", new Y.Text("before")],
  ];
  files.doc.getMap("files").set("1", new Y.Map(entry));
  const asked: unknown[] = [];
  return {
    files,
    asked,
    edit: () =>
      files.doc.transact(() => {
        files.text("1")?.insert(0, "edited and ");
      }),
    checking: { touch: () => undefined },
    language: {
      ask: (request: unknown) => {
        asked.push(request);
        return Promise.resolve(answer);
      },
    },
  };
}

it("makes the files and the stage as one step, which the undo takes back and the redo makes again", async () => {
  const made = room({
    files: [
      { path: "smooth.py", text: "def smooth" },
      { path: "smooth_test.py", text: "def test_it" },
    ],
    edits: [],
  });
  const wire = { source: "a", source_index: 1, target: "b", target_index: 0, type: null };
  expect(await createBlock(made as never, "smooth", wire)).toBe("smooth.py");
  const paths = () => made.files.list().map(({ path }) => path);
  expect(made.asked).toEqual([
    { ask: "new-block", name: "smooth", source: { stage: "a", index: 1 }, feeds: { stage: "b", index: 0 } },
  ]);
  expect(paths()).toEqual(["Runefile.yml", "smooth_test.py", "smooth.py"]);
  expect(made.files.text("1")?.toJSON()).toBe("edited and before");
  made.files.undo.undo();
  expect(paths()).toEqual(["Runefile.yml"]);
  expect(made.files.text("1")?.toJSON()).toBe("before");
  made.files.undo.redo();
  expect(paths()).toHaveLength(3);
  const block = made.files.list().find(({ path }) => path === "smooth.py");
  expect(made.files.text(block?.id ?? "")?.toJSON()).toBe("def smooth");
  expect(made.files.text("1")?.toJSON()).toBe("edited and before");
});
