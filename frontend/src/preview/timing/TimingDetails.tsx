// The open details of Timing: the frame budget of a stream, and the time of each stage.
import { useState } from "react";
import type { Addresses, Limits } from "../../runtime";
import type { Snapshot } from "../running/session";
import StageTable from "./StageTable";
import { budgetOf, budgetText } from "./stages";

/** The rune that runs, built to say when each stage ends, as the page around a preview provides it. */
export interface TimedRune {
  /** It is asked for while Timing is open only. */
  readonly onToggle: (isOpen: boolean) => void;
  readonly rune: ArrayBuffer | null;
  /** Said while there is none. */
  readonly waiting: string;
}

export interface TimingProps {
  readonly timedRune: TimedRune;
  readonly snapshot: Snapshot;
  readonly resources: ReadonlyMap<string, ArrayBuffer> | undefined;
  readonly limits: Limits | undefined;
  readonly addresses: Addresses | undefined;
}

export default function TimingDetails({ timedRune, snapshot, resources, limits, addresses }: TimingProps) {
  const [ofStages, setOfStages] = useState<number | null>(null);
  return (
    <div className="stack">
      {/* The sum of its stages is finer than one run's time; both are of the same text. */}
      <Budget snapshot={snapshot} milliseconds={ofStages ?? snapshot.milliseconds} />
      <StageTable
        rune={timedRune.rune}
        waiting={timedRune.waiting}
        inputs={snapshot.ran}
        resources={resources}
        limits={limits}
        addresses={addresses}
        onRun={setOfStages}
      />
    </div>
  );
}

/** A stream leaves so much time for a run; the bar is the time that a run takes of it. */
function Budget({ snapshot, milliseconds }: { readonly snapshot: Snapshot; readonly milliseconds: number | null }) {
  const budget = budgetOf(snapshot.pace, milliseconds);
  if (budget === null || milliseconds === null) {
    return (
      <p className="small muted">
        The frame budget is the time between two inputs. It shows while a source streams, such as a microphone or a
        camera.
      </p>
    );
  }
  const isOver = budget.share > 1;
  return (
    <div className={isOver ? "preview-budget over" : "preview-budget"}>
      <div className="meter" aria-hidden="true">
        <i style={{ width: `${100 * Math.min(1, budget.share)}%` }} />
      </div>
      <p className="small num">{budgetText(budget, milliseconds)}</p>
    </div>
  );
}
