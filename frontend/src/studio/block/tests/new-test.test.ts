import { expect, it, vi } from "vitest";
import * as Y from "yjs";
import type { RecordedText } from "../../../blocks";
import { ProjectFiles } from "../../document/files/files";
import type { Workspace } from "../../session/workspace";
import { addLiveTest, freeName, withTest } from "./new-test";
import { BlockRunner } from "../runner";

const BLOCK = { file: "smooth.py", text: "def smooth", inputs: [{ type: "f32", dimensions: [1] }], settings: {} };
const RUN = { outputs: [[1]], prints: [], omitted_prints: 0, values: [], milliseconds: 1, failure: null };

it("finds a name that is free, and the line behind two empty ones", () => {
  expect(freeName("")).toBe("test_live_input");
  expect(freeName("def test_live_input():\n    x\ndef test_live_input_2():")).toBe("test_live_input_3");
  expect(withTest("", "def t():\n")).toEqual({ addedText: "def t():\n", line: 1 });
  expect(withTest("a\nb\n", "def t():\n")).toEqual({ addedText: "\n\ndef t():\n", line: 5 });
  expect(withTest("a", "def t():\n")).toEqual({ addedText: "\n\n\ndef t():\n", line: 4 });
  expect(withTest("a\r\n", "def t():\n")).toEqual({ addedText: "\r\n\r\ndef t():\r\n", line: 4 });
});

it("writes the runs of the last two seconds behind the tests, as one step of the undo", async () => {
  let now = 0;
  const engine = { load: () => Promise.resolve({ problems: [] }), run: () => Promise.resolve(RUN) };
  const runner = new BlockRunner(engine, () => now);
  const files = new ProjectFiles(new Y.Doc());
  const workspace = { files } as Workspace;
  const requests: RecordedText[] = [];
  const record = (request: RecordedText) => {
    requests.push(request);
    return Promise.resolve({ test: `def ${request.name}():\n    pass\n`, runs: request.runs.length });
  };
  const texts = () => files.list().map(({ id, path }) => [path, files.text(id)?.toJSON()]);

  runner.use(BLOCK);
  const early = await addLiveTest(workspace, runner, { record });
  expect("refused" in early && early.refused).toContain("Nothing came in yet");
  for (const [at, value] of [
    [0, 1],
    [1500, 2],
    [3000, 3],
  ] as const) {
    now = at;
    runner.offer([[value]]);
    await vi.waitFor(() => expect(runner.state.getState().inputRows).toContainEqual([value]));
  }
  expect(await addLiveTest(workspace, runner, { record })).toEqual({
    path: "smooth_test.py",
    line: 1,
    name: "test_live_input",
    runs: 2,
  });
  expect(requests[0]?.runs).toEqual([[[2]], [[3]]]);
  expect(await addLiveTest(workspace, runner, { record })).toMatchObject({ line: 5, name: "test_live_input_2" });
  const one = "def test_live_input():\n    pass\n";
  expect(texts()).toEqual([["smooth_test.py", `${one}\n\ndef test_live_input_2():\n    pass\n`]]);
  files.undo.undo();
  expect(texts()).toEqual([["smooth_test.py", one]]);
  files.undo.undo();
  expect(texts()).toEqual([]);

  expect(await addLiveTest(workspace, runner, { record: () => Promise.resolve({ refused: "No." }) })).toEqual({
    refused: "No.",
  });
  expect(texts()).toEqual([]);
});
