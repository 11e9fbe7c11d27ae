// Beside the text of a block in Python: what it reads and what it writes, plotted, live from the preview's input; what it
// prints, the error at its line, and the time of a call. Python runs in a sandboxed frame of its own.
import { useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { PythonFrame } from "../../blocks";
import { millisecondsText, type Snapshot } from "../../preview";
import LiveChart from "../../preview/outputs/LiveChart";
import type { FileEntry } from "../document/files";
import { setLineValues, type LineValue } from "../editor/line-values";
import { bytes, count } from "../parts/words";
import { useDiagnostics, usePlace, useShell } from "../shell/shell";
import { BlockRunner, type RunnerState } from "./runner";
import { useBlock, type BlockPlace } from "./use-block";
import "./block.css";

interface Props {
  readonly file: FileEntry;
  readonly running: Snapshot;
}

export default function BlockPanel({ file, running }: Props) {
  const { workspace } = useShell();
  const place = useBlock(workspace, file);
  const { base } = workspace.language;
  if (base === null || place === null) return null;
  if (place.stage === null)
    return (
      <section className="card stack preview-card" aria-label="This block">
        <p className="small muted">
          The Runefile does not run this file. Name it in a stage, <code>proc-block: ./{file.path}</code>, and it runs
          here on what comes in.
        </p>
      </section>
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
  const holder = useRef<HTMLDivElement>(null);
  const [runner, setRunner] = useState<BlockRunner | null>(null);
  useEffect(() => {
    if (holder.current === null) return undefined;
    const frame = new PythonFrame(holder.current, base);
    setRunner(new BlockRunner(frame));
    return () => frame.close();
  }, [base]);
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
      {runner !== null && <Shown runner={runner} place={place} stage={stage} running={running} />}
    </>
  );
}

interface ShownProps {
  readonly runner: BlockRunner;
  readonly place: BlockPlace;
  readonly stage: string;
  readonly running: Snapshot;
}

function Shown({ runner, place, stage, running }: ShownProps) {
  const state = useStore(runner.state);
  useLineValues(state);
  const diagnostics = useDiagnostics();
  const [input] = place.inputs;
  const words = running.loaded?.wordlists ?? [];
  const namesOf = (past: RunnerState["read"]): readonly string[] =>
    words.find((each) => each.length === past.at(-1)?.length) ?? [];
  const { run, problems, stopped, isStarting, read, written, printed, milliseconds, skipped } = state;
  const problem = problems[0] ?? null;
  const failure = run?.failure ?? null;
  const isTold = diagnostics.some(({ severity }) => severity === "error");
  const waiting = isStarting
    ? "Python is starting…"
    : running.loaded === null
      ? "It runs as soon as the Runefile builds."
      : "It runs with the next input.";
  return (
    <section className="card stack preview-card block-live" aria-label={`Block ${stage}`}>
      {stopped !== null && (
        <p className="notice bad" role="alert">
          {stopped}
        </p>
      )}
      {stopped === null && problem !== null && (
        <p className="notice warn" role="status">
          Line {problem.line}: {problem.message}.{isTold ? "" : " It runs again once that is mended."}
        </p>
      )}
      {failure !== null && (
        <p className="notice bad" role="alert">
          Line {failure.line}: {failure.message}
        </p>
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
          {millisecondsText(milliseconds)} a call in Python, here. {state.state > 0 && `Keeps ${bytes(state.state)}. `}
          {skipped > 0 &&
            `${count(skipped, "input")} came faster than Python runs and ${skipped === 1 ? "was" : "were"} left out.`}
        </p>
      )}
    </section>
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

/** The values of the newest run at the lines of the open editor. */
function useLineValues({ run, problems }: RunnerState): void {
  const editor = usePlace((each) => each.editor);
  useEffect(() => {
    if (editor === null) return undefined;
    const shown: LineValue[] =
      problems.length > 0 || run === null
        ? []
        : run.values
            .filter(({ line }) => line !== run.failure?.line)
            .map(({ line, name, value }) => ({
              line,
              text: name.includes("[") ? `${name} = ${value}` : value,
              kind: "value" as const,
            }));
    const failure = run?.failure ?? null;
    if (problems.length === 0 && failure !== null)
      shown.push({ line: failure.line, text: failure.message, kind: "failed" });
    editor.tell(setLineValues.of(shown));
    return () => editor.tell(setLineValues.of([]));
  }, [editor, run, problems]);
}
