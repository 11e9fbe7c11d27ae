import { expect, it } from "vitest";
import * as Y from "yjs";
import { ProjectFiles } from "../document/files/files";
import { createBlock } from "./new-block";

function room(answer: unknown) {
  const files = new ProjectFiles(new Y.Doc());
  const entry: readonly (readonly [string, unknown])[] = [
    ["path", "Runefile.yml"],
    ["kind", "text"],
    ["text", new Y.Text("before")],
  ];
  files.doc.getMap("files").set("1", new Y.Map(entry));
  const requests: unknown[] = [];
  return {
    files,
    requests,
    edit: () =>
      files.doc.transact(() => {
        files.text("1")?.insert(0, "edited and ");
      }),
    checking: { touch: () => undefined },
    language: {
      ask: (request: unknown) => {
        requests.push(request);
        return Promise.resolve(answer);
      },
    },
  };
}

it("makes the files and the stage as one step, which the undo takes back and the redo makes again", async () => {
  const project = room({
    files: [
      { path: "smooth.py", text: "def smooth" },
      { path: "smooth_test.py", text: "def test_it" },
    ],
    edits: [],
  });
  const wire = { source: "a", source_index: 1, target: "b", target_index: 0, type: null };
  expect(await createBlock(project as never, "smooth", wire)).toBe("smooth.py");
  const paths = () => project.files.list().map(({ path }) => path);
  expect(project.requests).toEqual([
    { ask: "new-block", name: "smooth", source: { stage: "a", index: 1 }, feeds: { stage: "b", index: 0 } },
  ]);
  expect(paths()).toEqual(["Runefile.yml", "smooth_test.py", "smooth.py"]);
  expect(project.files.text("1")?.toJSON()).toBe("edited and before");
  project.files.undo.undo();
  expect(paths()).toEqual(["Runefile.yml"]);
  expect(project.files.text("1")?.toJSON()).toBe("before");
  project.files.undo.redo();
  expect(paths()).toHaveLength(3);
  const block = project.files.list().find(({ path }) => path === "smooth.py");
  expect(project.files.text(block?.id ?? "")?.toJSON()).toBe("def smooth");
  expect(project.files.text("1")?.toJSON()).toBe("edited and before");
});
