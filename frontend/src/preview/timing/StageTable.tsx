// The time of each stage, as a table with bars: a timed rune runs in a sandbox of its own, on the newest input, while
// this is open.
import { useEffect, useRef, useState } from "react";
import { DEFAULT_LIMITS, type Addresses, type CapabilityRequest, type Limits, type StageTimes } from "../../runtime";
import { millisecondsText, percentText } from "../readings/numbers";
import { FrameEngine } from "../running/use-session";
import { READINGS, stagesOf, stageText, trustText, type Stages } from "./stages";
import { InlineCode } from "../../look/code/InlineCode";

/** Milliseconds between two looks. */
const PAUSE = 1000;

export interface StageTableProps {
  readonly rune: ArrayBuffer | null;
  /** Said while there is no rune. */
  readonly waiting: string;
  /** The newest input of each capability, by its place. */
  readonly inputs: ReadonlyMap<number, ArrayBuffer>;
  readonly resources: ReadonlyMap<string, ArrayBuffer> | undefined;
  readonly limits: Limits | undefined;
  readonly addresses: Addresses | undefined;
  /** Milliseconds of a run by its stages. */
  readonly onRun: (milliseconds: number | null) => void;
}

export default function StageTable({ rune, waiting, inputs, resources, limits, addresses, onRun }: StageTableProps) {
  const holder = useRef<HTMLDivElement>(null);
  const newest = useRef(inputs);
  const [looks, setLooks] = useState<readonly StageTimes[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    newest.current = inputs;
  }, [inputs]);

  useEffect(() => {
    const container = holder.current;
    if (rune === null || container === null) return undefined;
    const leaving = new AbortController();
    const engine = new FrameEngine(addresses);
    engine.attach(container);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (capabilities: readonly CapabilityRequest[]): Promise<void> => {
      const inputs = document.hidden ? null : inputsById(capabilities, newest.current);
      if (inputs !== null) {
        const times = await engine.time(inputs);
        if (leaving.signal.aborted) return;
        setLooks((before) => [...before, times].slice(-READINGS));
      }
      timer = setTimeout(() => void look(capabilities).catch(fail), PAUSE);
    };
    const fail = (error: unknown): void => {
      if (!leaving.signal.aborted) setProblem(error instanceof Error ? error.message : String(error));
    };
    setLooks([]);
    setProblem(null);
    engine
      .load(rune, limits ?? DEFAULT_LIMITS, { ...(resources && { resources }) })
      .then(({ capabilities }) => look(capabilities))
      .catch(fail);
    return () => {
      leaving.abort();
      clearTimeout(timer);
      engine.close();
    };
  }, [rune, resources, limits, addresses]);

  const stages = stagesOf(looks);
  const milliseconds = stages?.milliseconds ?? null;
  useEffect(() => onRun(milliseconds), [onRun, milliseconds]);
  return (
    <>
      <div ref={holder} hidden />
      {problem !== null && (
        <p className="notice warn" role="alert">
          The stages could not be timed. <InlineCode>{problem}</InlineCode> Close Timing and open it again to retry.
        </p>
      )}
      {problem === null && stages === null && (
        <p className="small muted" role="status">
          {rune === null
            ? waiting
            : inputs.size === 0
              ? "Give the rune some input: its stages are timed on the latest input."
              : "Timing the first runs…"}
        </p>
      )}
      {stages !== null && <Table stages={stages} />}
    </>
  );
}

function Table({ stages }: { readonly stages: Stages }) {
  const most = Math.max(...stages.rows.map(({ share }) => share));
  return (
    <>
      <div className="preview-stages" tabIndex={0} role="group" aria-label="Time of each stage">
        <table className="num">
          <thead>
            <tr>
              <th scope="col">Stage</th>
              <th scope="col">Time</th>
              <th scope="col">Share</th>
              <td aria-hidden="true" />
            </tr>
          </thead>
          <tbody>
            {stages.rows.map((row) => (
              <tr key={row.stage} className={row.share === most && most > 0 ? "top" : ""}>
                <th scope="row">{row.stage}</th>
                <td>{stageText(row, stages)}</td>
                <td>{row.share > 0 && row.share < 0.005 ? "under 1 %" : percentText(row.share)}</td>
                <td aria-hidden="true">
                  <div className="meter">
                    <i style={{ width: percentage(row.share) }} />
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Inference time</th>
              <td>{millisecondsText(stages.milliseconds)}</td>
              <td>100 %</td>
              <td aria-hidden="true" />
            </tr>
          </tfoot>
        </table>
      </div>
      <p className="small muted">{trustText(stages)}</p>
    </>
  );
}

function percentage(share: number): string {
  return `${100 * share}%`;
}

/** The input of each capability by its id; null until all of them are there and fit. */
function inputsById(
  capabilities: readonly CapabilityRequest[],
  inputs: ReadonlyMap<number, ArrayBuffer>,
): Map<number, ArrayBuffer> | null {
  const byId = new Map<number, ArrayBuffer>();
  for (const [place, { id, size }] of capabilities.entries()) {
    const data = inputs.get(place);
    if (data?.byteLength !== size) return null;
    byId.set(id, data);
  }
  return byId;
}
