// The tests of the block of an open file: found beside it, and run after each edit.
import { useEffect, useState } from "react";
import type { FileEntry } from "../../document/files/files";
import type { Workspace } from "../../session/workspace";
import { blockOf, isTestFile, recordingsIn, TestRunner, testsOf, type TestEngine, type TestSource } from "./runner";

/** Milliseconds of calm after which tests run: they never slow a keystroke. */
const CALM = 250;

/** The runner of the tests, and their file; null where there is none, or no Python yet. */
export interface BlockTestsOf {
  readonly runner: TestRunner;
  readonly path: string;
}

export function useTests(workspace: Workspace, file: FileEntry, engine: TestEngine | null): BlockTestsOf | null {
  const [tests, setTests] = useState<BlockTestsOf | null>(null);
  useEffect(() => {
    if (engine === null) return undefined;
    const runner = new TestRunner(engine, (path) => workspace.client.readFile(path));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      const source = sourceOf(workspace, file.path);
      setTests((before) => {
        if (source === null) return null;
        return before?.runner === runner && before.path === source.file ? before : { runner, path: source.file };
      });
      if (source !== null) runner.use(source);
    };
    const soon = (): void => {
      clearTimeout(timer);
      timer = setTimeout(look, CALM);
    };
    soon();
    workspace.files.doc.on("update", soon);
    return () => {
      clearTimeout(timer);
      workspace.files.doc.off("update", soon);
    };
  }, [workspace, file.path, engine]);
  return tests;
}

function sourceOf({ files }: Workspace, path: string): TestSource | null {
  const all = files.list();
  const textOf = (wantedPath: string): string | null => {
    const entry = all.find((each) => each.path === wantedPath && each.kind === "text");
    return entry === undefined ? null : (files.text(entry.id)?.toJSON() ?? "");
  };
  const file = isTestFile(path) ? path : testsOf(path);
  const text = textOf(file);
  const block = textOf(blockOf(file));
  if (text === null || block === null) return null;
  const paths = recordingsIn(
    text,
    all.map((each) => each.path),
  );
  const recordings = all
    .filter((each) => paths.includes(each.path))
    .map(({ path: recording, digest }) => ({ path: recording, digest }));
  return { file, text, block, recordings };
}
