// Beside the text of a block in Python: what it reads and what it writes, plotted, live from the preview's input; what it
// prints, the error at its line, and the time of a call. Python runs in a sandboxed frame of its own.
import { useEffect, useMemo } from "react";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { Snapshot } from "../../preview";
import type { FileEntry } from "../document/files/files";
import { setLineValues, type LineValue } from "../editor/line-values";
import type { StudioPlaces } from "../context/places";
import { usePlace, useStudio } from "../context/studio";
import { TestResults } from "./tests/TestResults";
import { AddLiveTest } from "./tests/AddLiveTest";
import type { RecordingEngine } from "./tests/new-test";
import { BlockPublishing } from "./Publishing";
import { RunningBlock } from "./RunningBlock";
import { SharedBlockPanel } from "./SharedBlockPanel";
import type { BlockRunner } from "./runner";
import { blockOf, isTestFile, testsOf, type TestsState } from "./tests/runner";
import { useBlock, type BlockPlace } from "./use-block";
import { usePython, useRunner } from "./use-python";
import { useTests, type BlockTestsOf } from "./tests/use-tests";
import { valuesOfRun, valuesOfTests } from "./values";
import "./block.css";

interface Props {
  readonly file: FileEntry;
  readonly running: Snapshot;
}

interface PanelProps {
  /** The open file: a block's, or the Runefile with the stage that is selected in it. */
  readonly file: FileEntry;
  readonly stage: string | null;
  readonly running: Snapshot;
}

export default function BlockPanel({ file, stage, running }: PanelProps) {
  const { workspace } = useStudio();
  const { base } = workspace.language;
  if (base === null) return null;
  if (stage !== null) return <SharedBlockPanel key={stage} stage={stage} running={running} base={base} />;
  if (isTestFile(file.path)) return <TestsAlone file={file} base={base} />;
  return (
    <>
      <Block file={file} running={running} base={base} />
      <BlockPublishing file={file} />
    </>
  );
}

interface AloneProps {
  readonly file: FileEntry;
  readonly base: string;
}

/** Beside a test file, or a block that the Runefile does not run. */
function TestsAlone({ file, base }: AloneProps) {
  const { workspace, places } = useStudio();
  const { holder, frame } = usePython(base);
  const tests = useTests(workspace, file, frame);
  return (
    <>
      <div ref={holder} hidden />
      {tests !== null && <ShownTests tests={tests} file={file} places={places} />}
      {tests === null && isTestFile(file.path) && (
        <section className="card stack preview-card" aria-label="Tests">
          <p className="small muted">
            These are the tests of <code>{blockOf(file.path)}</code>, and there is no such file. Make the block, or give
            this file the name of the one that it tests.
          </p>
        </section>
      )}
    </>
  );
}

interface ShownTestsProps {
  readonly tests: BlockTestsOf;
  readonly file: FileEntry;
  readonly places: StudioPlaces;
}

function ShownTests({ tests, file, places }: ShownTestsProps) {
  const { run } = useStore(tests.runner.state);
  useShownValues(useMemo(() => (run === null ? [] : valuesOfTests(run, file.path, tests.path)), [run, file, tests]));
  return <TestResults tests={tests} onGo={(path, line) => places.goTo(path, line, 1)} />;
}

function Block({ file, running, base }: Props & { readonly base: string }) {
  const { workspace } = useStudio();
  const place = useBlock(workspace, file);
  if (place === null) return null;
  if (place.stage === null)
    return (
      <>
        <section className="card stack preview-card" aria-label="This block">
          <p className="small muted">
            The Runefile does not run this file. Name it in a stage, <code>proc-block: ./{file.path}</code>, and it runs
            here on what comes in.
          </p>
        </section>
        <TestsAlone file={file} base={base} />
      </>
    );
  return <Running place={place} stage={place.stage} file={file} running={running} base={base} />;
}

interface RunningProps extends Props {
  readonly place: BlockPlace;
  readonly stage: string;
  readonly base: string;
}

function Running({ place, stage, file, running, base }: RunningProps) {
  const { workspace } = useStudio();
  const { holder, frame } = usePython(base);
  const runner = useRunner(frame, file.path, place, running);
  const tests = useTests(workspace, file, frame);
  return (
    <>
      <div ref={holder} hidden />
      {runner !== null && frame !== null && (
        <ShownBlock
          runner={runner}
          engine={frame}
          place={place}
          stage={stage}
          running={running}
          file={file}
          tests={tests}
        />
      )}
    </>
  );
}

interface ShownBlockProps {
  readonly runner: BlockRunner;
  readonly engine: RecordingEngine;
  readonly place: BlockPlace;
  readonly stage: string;
  readonly running: Snapshot;
  readonly file: FileEntry;
  readonly tests: BlockTestsOf | null;
}

const NO_TESTS = createStore<TestsState>(() => ({ run: null, isRunning: false, stopReason: null }));

function ShownBlock({ runner, engine, place, stage, running, file, tests }: ShownBlockProps) {
  const { places } = useStudio();
  const state = useStore(runner.state);
  const testRun = useStore(tests?.runner.state ?? NO_TESTS).run;
  useShownValues(
    useMemo(
      () => [...valuesOfRun(state), ...(testRun === null ? [] : valuesOfTests(testRun, file.path, ""))],
      [state, testRun, file.path],
    ),
  );
  return (
    <>
      <RunningBlock runner={runner} place={place} stage={stage} running={running} />
      {tests !== null && (
        <TestResults
          tests={tests}
          onGo={(path, line) => places.goTo(path, line, 1)}
          more={<AddLiveTest runner={runner} engine={engine} />}
        />
      )}
      {tests === null && (
        <section className="card stack preview-card block-tests" aria-label="Tests">
          <h3>Tests</h3>
          <p className="small muted">
            None yet. Tests are in <code>{testsOf(file.path)}</code>, and run here as you type and in each build.
          </p>
          <AddLiveTest runner={runner} engine={engine} />
        </section>
      )}
    </>
  );
}

/** Shows values at the lines of the open editor, for as long as this part is there. */
function useShownValues(values: readonly LineValue[]): void {
  const editor = usePlace((each) => each.editor);
  useEffect(() => {
    if (editor === null) return undefined;
    editor.dispatch(setLineValues.of(values));
    return () => editor.dispatch(setLineValues.of([]));
  }, [editor, values]);
}
