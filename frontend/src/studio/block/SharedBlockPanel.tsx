// Beside the Runefile, for a stage that runs a block of another project: its text as it was published, run in the sandbox's
// Python on what comes in, with what it reads and writes, and the press that makes it the project's own.
import { BookOpen, Copy } from "lucide-react";
import { useMemo } from "react";
import { useStore } from "zustand";
import type { Snapshot } from "../../preview";
import { copyInto } from "../edits/new-block";
import { useMayEdit, useStudio } from "../context/studio";
import { RunningBlock } from "./RunningBlock";
import type { BlockRunner } from "./runner";
import { Source } from "./Source";
import { useStageBlock, type SharedBlockPlace } from "./use-block";
import { usePython, useRunner } from "./use-python";
import { valuesOfRun } from "./values";

interface Props {
  readonly stage: string;
  readonly running: Snapshot;
  readonly base: string;
}

export function SharedBlockPanel({ stage, running, base }: Props) {
  const { workspace } = useStudio();
  const place = useStageBlock(workspace, stage);
  // Another version is another text: what ran before it is forgotten.
  return place === null ? null : <Running key={place.path} place={place} stage={stage} running={running} base={base} />;
}

interface RunningProps extends Props {
  readonly place: SharedBlockPlace;
}

function Running({ place, stage, running, base }: RunningProps) {
  const { holder, frame } = usePython(base);
  const runner = useRunner(frame, place.file, place, running);
  return (
    <>
      <div ref={holder} hidden />
      {runner !== null && (
        <>
          <RunningBlock runner={runner} place={place} stage={stage} running={running} />
          <PublishedBlock runner={runner} place={place} stage={stage} />
        </>
      )}
    </>
  );
}

interface PublishedBlockProps {
  readonly runner: BlockRunner;
  readonly place: SharedBlockPlace;
  readonly stage: string;
}

function PublishedBlock({ runner, place, stage }: PublishedBlockProps) {
  const { workspace, places } = useStudio();
  const mayEdit = useMayEdit();
  const state = useStore(runner.state);
  const values = useMemo(() => valuesOfRun(state), [state]);
  const [name = "", version = ""] = place.path.split("@");
  const [project = "", block = ""] = name.split("#");
  return (
    <section className="card stack preview-card" aria-label={`Source of ${stage}`}>
      <div className="row between wrap">
        <h3>
          {block} {version}
        </h3>
        <span className="small muted">of {project}, read-only</span>
      </div>
      <Source text={place.text} label={`The source of ${place.path}`} values={values} />
      <div className="row wrap">
        {mayEdit && (
          <button
            type="button"
            className="button"
            onClick={() => workspace.attempt(copyInto(workspace, places, stage))}
          >
            <Copy aria-hidden="true" />
            Copy into my project
          </button>
        )}
        <a className="button quiet" href={`/${project}/blocks/${block}?version=${version}`}>
          <BookOpen aria-hidden="true" />
          Its page
        </a>
      </div>
    </section>
  );
}
