// Beside the text of a block in Python: what it reads and what it writes, plotted, live from the preview's input; what it
// prints, the error at its line, and the time of a call. Python runs in a sandboxed frame of its own.
import { PackagePlus } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type RefObject } from "react";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { PythonFrame, type TestsRun } from "../../blocks";
import { millisecondsText, type Snapshot } from "../../preview";
import LiveChart from "../../preview/outputs/LiveChart";
import type { FileEntry } from "../document/files";
import { setLineValues, type LineValue } from "../editor/line-values";
import { bytes, count } from "../parts/words";
import type { Places } from "../shell/places";
import { useDiagnostics, usePlace, useSession, useShell } from "../shell/shell";
import { BlockTests } from "./BlockTests";
import { LiveTest } from "./LiveTest";
import type { RecordingEngine } from "./new-test";
import { BlockRunner, type RunnerState } from "./runner";
import { Stopped } from "./Stopped";
import { blockOf, isTestFile, testsOf, type TestsState } from "./test-runner";
import { useBlock, type BlockPlace } from "./use-block";
import { useTests, type BlockTestsOf } from "./use-tests";
import "./block.css";

interface Props {
  readonly file: FileEntry;
  readonly running: Snapshot;
}

export default function BlockPanel({ file, running }: Props) {
  const { workspace } = useShell();
  const { base } = workspace.language;
  if (base === null) return null;
  if (isTestFile(file.path)) return <TestsAlone file={file} base={base} />;
  return (
    <>
      <Block file={file} running={running} base={base} />
      <ForOthers file={file} />
    </>
  );
}

/** Publishing the block for the organisation's other projects. */
function ForOthers({ file }: { readonly file: FileEntry }) {
  const { dialogs } = useShell();
  const { may, project } = useSession((session) => session);
  if (!may.includes("publish")) return null;
  return (
    <section className="card stack preview-card" aria-label="Other projects">
      <p className="small muted">Other projects of {project.organisation} can use this block once it is published.</p>
      <div className="row">
        <button
          type="button"
          className="button"
          onClick={() => dialogs.open({ what: "publish-block", path: file.path })}
        >
          <PackagePlus aria-hidden="true" />
          Publish block…
        </button>
      </div>
    </section>
  );
}

interface AloneProps {
  readonly file: FileEntry;
  readonly base: string;
}

/** Beside a test file, or a block that the Runefile does not run. */
function TestsAlone({ file, base }: AloneProps) {
  const { workspace, places } = useShell();
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
  readonly places: Places;
}

function ShownTests({ tests, file, places }: ShownTestsProps) {
  const { run } = useStore(tests.runner.state);
  useShownValues(useMemo(() => (run === null ? [] : valuesOfTests(run, file.path, tests.path)), [run, file, tests]));
  return <BlockTests tests={tests} onGo={(path, line) => places.goTo(path, line, 1)} />;
}

/** The sandbox's Python, which begins when it is first asked something. */
function usePython(base: string): {
  readonly holder: RefObject<HTMLDivElement | null>;
  readonly frame: PythonFrame | null;
} {
  const holder = useRef<HTMLDivElement>(null);
  const [frame, setFrame] = useState<PythonFrame | null>(null);
  useEffect(() => {
    if (holder.current === null) return undefined;
    const made = new PythonFrame(holder.current, base);
    setFrame(made);
    return () => made.close();
  }, [base]);
  return { holder, frame };
}

function Block({ file, running, base }: Props & { readonly base: string }) {
  const { workspace } = useShell();
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
  const { workspace } = useShell();
  const { holder, frame } = usePython(base);
  const runner = useMemo(() => (frame === null ? null : new BlockRunner(frame)), [frame]);
  const tests = useTests(workspace, file, frame);
  const wires = useMemo(() => place.inputs.map(({ stage, index }) => ({ stage, index })), [place.inputs]);
  const { watching } = workspace;
  useEffect(() => watching.accompany(wires), [watching, wires]);
  useEffect(() => () => watching.accompany([]), [watching]);
  useEffect(() => {
    if (runner === null || place.types === null) return;
    runner.use({ file: file.path, text: place.text, inputs: place.types, settings: place.settings });
  }, [runner, file.path, place]);
  const { watched } = running;
  useEffect(() => {
    const inputs = wires.flatMap((wire) => {
      const found = watched.find((each) => each.stage === wire.stage && each.index === wire.index)?.tensors[0];
      return found === undefined ? [] : [found.elements.filter((each) => typeof each === "number")];
    });
    if (runner !== null && inputs.length === wires.length) runner.offer(inputs);
  }, [runner, wires, watched]);
  return (
    <>
      <div ref={holder} hidden />
      {runner !== null && frame !== null && (
        <Shown runner={runner} engine={frame} place={place} stage={stage} running={running} file={file} tests={tests} />
      )}
    </>
  );
}

interface ShownProps {
  readonly runner: BlockRunner;
  readonly engine: RecordingEngine;
  readonly place: BlockPlace;
  readonly stage: string;
  readonly running: Snapshot;
  readonly file: FileEntry;
  readonly tests: BlockTestsOf | null;
}

const NO_TESTS = createStore<TestsState>(() => ({ run: null, isRunning: false, stopped: null }));

function Shown({ runner, engine, place, stage, running, file, tests }: ShownProps) {
  const { places } = useShell();
  const state = useStore(runner.state);
  const tested = useStore(tests?.runner.state ?? NO_TESTS).run;
  useShownValues(
    useMemo(
      () => [...valuesOfRun(state), ...(tested === null ? [] : valuesOfTests(tested, file.path, ""))],
      [state, tested, file.path],
    ),
  );
  const diagnostics = useDiagnostics();
  const [input] = place.inputs;
  const words = running.loaded?.wordlists ?? [];
  const namesOf = (past: RunnerState["read"]): readonly string[] =>
    words.find((each) => each.length === past.at(-1)?.length) ?? [];
  const { run, problems, stopped, resumes, isStarting, read, written, printed, milliseconds, skipped } = state;
  const problem = problems[0] ?? null;
  const failure = run?.failure ?? null;
  const isTold = diagnostics.some(({ severity }) => severity === "error");
  const waiting = isStarting
    ? "Python is starting…"
    : running.loaded === null
      ? "It runs as soon as the Runefile builds."
      : "It runs with the next input.";
  return (
    <>
      <section className="card stack preview-card block-live" aria-label={`Block ${stage}`}>
        {stopped !== null && (
          <Stopped
            said={resumes ? `${stopped} The next input runs it again.` : stopped}
            onAgain={() => runner.again()}
          />
        )}
        {stopped === null && problem !== null && (
          <p className="notice warn" role="status">
            Line {problem.line}: {problem.message}.{isTold ? "" : " It runs again once that is mended."}
          </p>
        )}
        {failure !== null && stopped === null && (
          <Stopped said={`Line ${failure.line}: ${failure.message}`} onAgain={() => runner.again()} />
        )}
        <Plot
          title="Reads"
          name={input === undefined ? "" : input.stage}
          type={typeText(place.types?.[0])}
          past={read}
          names={namesOf(read)}
          waiting={waiting}
        />
        <Plot
          title="Writes"
          name={stage}
          type=""
          past={written}
          names={namesOf(written)}
          waiting={
            failure !== null ? "The run failed." : problem === null ? waiting : "Nothing, until the problem is mended."
          }
        />
        {printed.length > 0 && (
          <details className="block-printed" open>
            <summary className="label">Printed</summary>
            <pre className="small num" tabIndex={0} aria-label="What the block printed, by line">
              {printed.slice(-12).join("\n")}
            </pre>
          </details>
        )}
        {milliseconds !== null && (
          <p className="small muted num">
            {millisecondsText(milliseconds)} a call in Python, here.{" "}
            {state.state > 0 && `Keeps ${bytes(state.state)}. `}
            {skipped > 0 &&
              `${count(skipped, "input")} came faster than Python runs and ${skipped === 1 ? "was" : "were"} left out.`}
          </p>
        )}
      </section>
      {tests !== null && (
        <BlockTests
          tests={tests}
          onGo={(path, line) => places.goTo(path, line, 1)}
          more={<LiveTest runner={runner} engine={engine} />}
        />
      )}
      {tests === null && (
        <section className="card stack preview-card block-tests" aria-label="Tests">
          <h3>Tests</h3>
          <p className="small muted">
            None yet: they stand in <code>{testsOf(file.path)}</code>, and run here as you type and in each build.
          </p>
          <LiveTest runner={runner} engine={engine} />
        </section>
      )}
    </>
  );
}

interface PlotProps {
  readonly title: string;
  readonly name: string;
  readonly type: string;
  readonly past: readonly (readonly number[])[];
  readonly names: readonly string[];
  readonly waiting: string;
}

/** Points of a long array that are drawn. */
const MOST_POINTS = 512;

function Plot({ title, name, type, past, names, waiting }: PlotProps) {
  const newest = past.at(-1);
  const isLong = past.length === 1 && newest !== undefined && newest.length > 1;
  const rows = useMemo(() => {
    if (!isLong || newest === undefined) return past;
    const step = Math.ceil(newest.length / MOST_POINTS);
    return newest.filter((_, index) => index % step === 0).map((value) => [value]);
  }, [past, newest, isLong]);
  const top = newest === undefined || isLong ? -1 : newest.indexOf(Math.max(...newest));
  return (
    <div className="stack block-plot">
      <div className="row between">
        <span>
          <b>{title}</b> <span className="muted">{[name, type].filter((each) => each !== "").join(" · ")}</span>
        </span>
        {top >= 0 && newest !== undefined && (
          <span className="small muted num">
            {names[top] ?? (newest.length > 1 ? top : "")} {Number((newest[top] ?? 0).toPrecision(4))}
          </span>
        )}
      </div>
      {newest === undefined ? (
        <p className="small muted" role="status">
          {waiting}
        </p>
      ) : (
        <LiveChart
          past={rows}
          names={isLong ? [] : names}
          label={`What the block ${title === "Reads" ? "reads" : "writes"}, ${isLong ? "element by element" : `the last ${count(past.length, "run")}`}`}
        />
      )}
    </div>
  );
}

function typeText(type: { readonly type: string; readonly dimensions: readonly number[] } | undefined): string {
  return type === undefined ? "" : `${type.type}[${type.dimensions.join(", ")}]`;
}

/** Shows values at the lines of the open editor, for as long as this part is there. */
function useShownValues(values: readonly LineValue[]): void {
  const editor = usePlace((each) => each.editor);
  useEffect(() => {
    if (editor === null) return undefined;
    editor.tell(setLineValues.of(values));
    return () => editor.tell(setLineValues.of([]));
  }, [editor, values]);
}

/** What the newest run assigned, and where it failed. */
function valuesOfRun({ run, problems }: RunnerState): readonly LineValue[] {
  if (problems.length > 0 || run === null) return [];
  const shown: LineValue[] = run.values
    .filter(({ line }) => line !== run.failure?.line)
    .map(({ line, name, value }) => ({ line, text: name.includes("[") ? `${name} = ${value}` : value, kind: "value" }));
  if (run.failure !== null) shown.push({ line: run.failure.line, text: run.failure.message, kind: "failed" });
  return shown;
}

/** What tests found, in one of the two files: in their own, which passed as well. */
function valuesOfTests({ results }: TestsRun, path: string, own: string): readonly LineValue[] {
  return results.flatMap(({ line, failure, title }): LineValue[] => {
    if (failure === null) return path === own ? [{ line, text: "passed", kind: "passed" }] : [];
    if (failure.file === path)
      return [
        { line: failure.line, text: path === own ? failure.message : `${title}: ${failure.message}`, kind: "failed" },
      ];
    return path === own
      ? [{ line: failure.at, text: `${failure.file}:${failure.line}: ${failure.message}`, kind: "failed" }]
      : [];
  });
}
