import { expect, it } from "vitest";
import { oneFile } from "../document/files/one-file.test-support";
import type { Workspace } from "../session/workspace";
import { moveAndRename } from "./file-uses";

it("names a file that moves by the Runefile as it is, also when somebody typed before the answer", async () => {
  const { files, text } = oneFile("Runefile.yml", "model: a.tflite");
  const moves: unknown[] = [];
  let requests = 0;
  const workspace = {
    files,
    language: {
      ask: () => {
        const offset = text.toJSON().indexOf("a.tflite");
        if ((requests += 1) === 1) text.insert(0, "# a line\n");
        return Promise.resolve({
          edits: [{ file: "Runefile.yml", span: { start: { offset }, end: { offset: offset + 8 } }, text: "b" }],
        });
      },
    },
    move: (paths: unknown, edits: readonly { span: { start: { offset: number } } }[]) =>
      moves.push([paths, edits[0]?.span.start.offset]),
  };
  const paths = new Map([["2", "b.tflite"]]);
  await moveAndRename(workspace as unknown as Workspace, paths, new Map([["a.tflite", "b.tflite"]]));
  expect(moves).toEqual([[paths, text.toJSON().indexOf("a.tflite")]]);
});
