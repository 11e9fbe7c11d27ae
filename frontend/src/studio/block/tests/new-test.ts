// A test made of what a block read just now: written behind the tests that there are, as one step of the undo.
import * as Y from "yjs";
import type { TestRecording, RecordedText } from "../../../blocks";
import { OUTSIDE_EDIT } from "../../document/files/files";
import { endingOf, withEnding } from "../../document/lines/endings";
import type { Workspace } from "../../session/workspace";
import type { BlockRunner } from "../runner";
import { testsOf } from "./runner";

/** The engine that writes a test: Python in the sandboxed frame. */
export interface RecordingEngine {
  record(request: RecordedText): Promise<TestRecording>;
}

/** Where the new test is, or why there is none. */
export type NewTest =
  | { readonly path: string; readonly line: number; readonly name: string; readonly runs: number }
  | { readonly refused: string };

const NAME = "test_live_input";

/** The first name that a text does not have: `test_live_input`, `test_live_input_2`. */
export function freeName(text: string): string {
  const names = new Set([...text.matchAll(/^def\s+(\w+)/gm)].map(([, name]) => name));
  let name = NAME;
  for (let number = 2; names.has(name); number++) name = `${NAME}_${number}`;
  return name;
}

/** A text with a function behind it, and the line on which that begins. */
export function withTest(text: string, test: string): { readonly addedText: string; readonly line: number } {
  const gap = text === "" ? "" : text.endsWith("\n") ? "\n\n" : "\n\n\n";
  return { addedText: withEnding(gap + test, endingOf(text)), line: `${text}${gap}`.split("\n").length };
}

export async function addLiveTest(
  workspace: Workspace,
  runner: BlockRunner,
  engine: RecordingEngine,
): Promise<NewTest> {
  const last = runner.lastSeconds;
  if (last === null) return { refused: "Nothing came in yet. Start the preview's input, and press again." };
  const path = testsOf(last.block.file);
  const { files } = workspace;
  const entry = files.list().find((each) => each.path === path);
  if (entry !== undefined && entry.kind !== "text") return { refused: `${path} is not text.` };
  const testsText = entry === undefined ? null : files.text(entry.id);
  const name = freeName(testsText?.toJSON() ?? "");
  const recording = await engine.record({ ...last.block, name, runs: last.runs });
  if ("refused" in recording) return recording;
  const { addedText, line } = withTest(testsText?.toJSON() ?? "", recording.test);
  files.undo.stopCapturing();
  files.doc.transact(() => {
    if (testsText !== null) testsText.insert(testsText.length, addedText);
    else
      files.doc.getMap("files").set(
        crypto.randomUUID(),
        new Y.Map<unknown>([
          ["path", path],
          ["kind", "text"],
          ["text", new Y.Text(addedText)],
        ]),
      );
  }, OUTSIDE_EDIT);
  files.undo.stopCapturing();
  return { path, line, name, runs: recording.runs };
}
