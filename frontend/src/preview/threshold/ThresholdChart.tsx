// The chart of scores with a threshold that is tuned on the project's recordings: what would be missed and falsely called
// at it is counted while the line moves, and one press writes the number into the Runefile.
import { SlidersHorizontal } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { counted } from "../../look/plural";
import { numberText } from "../readings/numbers";
import LiveChart from "../outputs/LiveChart";
import type { Card } from "../readings/readings";
import { useRunning } from "../recordings/running";
import { FrameEngine } from "../running/use-session";
import { countsAt, likelyPositives, type CalledLabels } from "./counting";
import type { ScoresPlace, TextNumber, ThresholdHost } from "./host";
import { lineValue } from "./line-value";
import { OF_SHARES, scaleFor, snapped, type Scale } from "./scale";
import { scoresOfAll, type ScoringResult } from "./scores";
import { figuresOf } from "./wording";
import "../styles/threshold.css";
import { InlineCode } from "../../look/code/InlineCode";

interface Props {
  readonly card: Card;
  readonly wordlists: readonly (readonly string[])[];
  readonly host: ThresholdHost;
}

/**
 * The threshold at the beginning where neither the text nor the scores suggest one: of probabilities as in an
 * evaluation.
 */
const USUAL = 0.6;

export default function ThresholdChart({ card, wordlists, host }: Props) {
  const { stage, index } = card.followedTensor;
  const place = useMemo(() => ({ stage, index }), [stage, index]);
  const running = useRunning();
  const [numbers, refresh] = useNumbers(host, place, running);
  const [chosenIndex, setChosenIndex] = useState(0);
  const number = numbers?.[chosenIndex] ?? numbers?.[0] ?? null;
  const [movedValue, setMovedValue] = useState<number | null>(null);
  const [pinnedValue, setPinnedValue] = useState<number | null>(null);
  const [isCounting, setCounting] = useState(false);
  const [scoring, setScoring] = useState<ScoringResult | null>(null);
  const isShare = hasShares(card);
  const scores = useMemo(() => scoring?.recordings.flatMap(({ windows }) => windows.flat()) ?? [], [scoring]);
  const [fittedScale, setFittedScale] = useState<Scale | null>(null);
  const values = [
    ...card.past.flat(),
    ...thresholdsOf(numbers ?? []),
    ...scores,
    ...(movedValue === null ? [] : [movedValue]),
  ];
  const isKnown = !isShare && numbers !== null && card.past.length > 0;
  const scale = isKnown ? scaleFor(values, fittedScale) : OF_SHARES;
  if (isKnown && scale !== fittedScale) setFittedScale(scale);
  // A suggestion is a step of the scale: an eighth digit means nothing to a person.
  const newest = card.past.findLast((row) => Number.isFinite(row[0]))?.[0] ?? 0;
  const suggestedValue = snapped(isShare ? USUAL : newest, scale);
  const value = lineValue({ movedValue, writtenValue: number?.value ?? null, pinnedValue }, suggestedValue);
  const hold = (): void => setPinnedValue(value);
  const follow = (): void => setPinnedValue(null);

  const write = (): void => {
    const writing = number === null ? host.add?.(place, value) : host.write?.(number, value);
    void writing?.then(() => {
      setMovedValue(null);
      refresh();
    });
  };
  const mayWrite = number === null ? host.add !== null : host.write !== null;
  return (
    <div className="stack">
      <LiveChart
        past={card.past}
        names={card.names}
        label={`${card.title}: the values of the last ${card.past.length} runs`}
        line={{ value, scale, label: `Threshold of ${card.title}`, onChange: setMovedValue }}
      />
      {isCounting ? (
        <Recordings
          host={host}
          scoresKey={card.followedTensor.key}
          names={card.names}
          wordlists={wordlists}
          on={value}
          off={number === null ? null : offOf(number, value)}
          scoring={scoring}
          onScored={setScoring}
        />
      ) : (
        <div className="row wrap">
          <button type="button" className="button" onClick={() => setCounting(true)}>
            <SlidersHorizontal aria-hidden="true" />
            Count on the project's recordings
          </button>
        </div>
      )}
      {numbers !== null && numbers.length > 1 && (
        <div className="field">
          <label>
            The number in the Runefile{" "}
            <select
              className="input"
              value={chosenIndex}
              onChange={(event) => {
                setChosenIndex(Number(event.target.value));
                setMovedValue(null);
              }}
            >
              {numbers.map((each, place) => (
                <option key={`${each.stage} ${each.name}`} value={place}>
                  {titleOf(each)}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      {mayWrite && numbers !== null && (
        <div className="row wrap">
          {/* A finger leaves before its click comes, so that only a mouse lets go by leaving. */}
          <button
            type="button"
            className="button"
            disabled={number?.value === value}
            onClick={write}
            onPointerEnter={hold}
            onPointerCancel={follow}
            onMouseLeave={follow}
            onFocus={hold}
            onBlur={follow}
          >
            {number === null
              ? `Add a threshold at ${numberText(value)}`
              : `Set ${titleOf(number)} to ${numberText(value)}`}
          </button>
          {number !== null && (
            <span className="small muted num">
              {number.value === value ? "As it is in the Runefile" : `${numberText(number.value)} in the Runefile`}
            </span>
          )}
        </div>
      )}
    </div>
  );
}

function titleOf({ stage, name }: TextNumber): string {
  return `${name} of ${stage}`;
}

function thresholdsOf(numbers: readonly TextNumber[]): readonly number[] {
  return numbers.flatMap(({ value: on, off }) => [on, off ?? on]);
}

/** Below which it is over at another threshold: as far below as in the text, where it would be above it. */
export function offOf({ value, off }: Pick<TextNumber, "value" | "off">, on: number): number | null {
  if (off === null || off < on) return off;
  return Number((on - (value - off)).toPrecision(12));
}

/** The numbers of the text behind these scores, read anew for each rune; null until they are known. */
function useNumbers(
  host: ThresholdHost,
  place: ScoresPlace,
  rune: ArrayBuffer | null,
): [numbers: readonly TextNumber[] | null, refresh: () => void] {
  const [numbers, setNumbers] = useState<readonly TextNumber[] | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    host.numbers(place).then(
      (all) => isCurrent && setNumbers(all),
      // Without the text's answer the line can be moved, and nothing is written.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [host, place, rune, turn]);
  return [numbers, () => setTurn((before) => before + 1)];
}

interface RecordingsProps {
  readonly host: ThresholdHost;
  readonly scoresKey: string;
  readonly names: readonly string[];
  readonly wordlists: readonly (readonly string[])[];
  readonly on: number;
  readonly off: number | null;
  readonly scoring: ScoringResult | null;
  readonly onScored: (scoring: ScoringResult | null) => void;
}

/** Runs the rune once on each recording in a sandbox of its own; what is counted then follows the line. */
function Recordings({ host, scoresKey, names, wordlists, on, off, scoring, onScored }: RecordingsProps) {
  const rune = useRunning();
  const holder = useRef<HTMLDivElement>(null);
  const [progress, setProgress] = useState<readonly [done: number, all: number] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const container = holder.current;
    if (rune === null || container === null) return undefined;
    const leaving = new AbortController();
    const engine = new FrameEngine(undefined);
    engine.attach(container);
    const count = async (): Promise<void> => {
      const all = await host.recordings();
      const report = (done: number): void => {
        if (!leaving.signal.aborted) setProgress([done, all.length]);
      };
      report(0);
      const result = await scoresOfAll(engine, rune, all, scoresKey, leaving.signal, report);
      if (!leaving.signal.aborted) onScored(result);
    };
    // The counts of the rune before are not this one's.
    onScored(null);
    setProgress(null);
    setProblem(null);
    count().catch((error: unknown) => {
      if (!leaving.signal.aborted) setProblem(error instanceof Error ? error.message : String(error));
    });
    return () => {
      leaving.abort();
      engine.close();
    };
  }, [rune, host, scoresKey, onScored]);
  const labels = useMemo(() => [...new Set(scoring?.recordings.map(({ label }) => label))], [scoring]);
  const [chosenLabels, setChosenLabels] = useState<ReadonlySet<string> | null>(null);
  const positives = chosenLabels ?? likelyPositives(labels, wordlists);
  const calledLabels: CalledLabels = { names, positives };
  const counts =
    scoring === null ? null : countsAt(scoring.recordings, calledLabels, { on, off: Math.min(off ?? on, on) });
  const figures = counts === null ? null : figuresOf(counts);
  return (
    <div className="stack preview-counted">
      <div ref={holder} hidden />
      {problem !== null && (
        <p className="notice warn" role="alert">
          <InlineCode>{problem}</InlineCode>
        </p>
      )}
      {problem === null && scoring === null && (
        <p className="small muted" role="status">
          {progress === null
            ? "Reading the recordings…"
            : `${progress[0]} of ${counted(progress[1], "recording")} heard`}
        </p>
      )}
      {scoring?.recordings.length === 0 && (
        <p className="notice">
          The project has no recordings for tests that this rune reads. Record some, and send them to the project: their
          split is Test.
        </p>
      )}
      {figures !== null && scoring !== null && scoring.recordings.length > 0 && (
        <>
          <dl className="small num" aria-live="polite" aria-label="At this threshold">
            <div>
              <dt>Missed</dt>
              <dd>{figures.misses}</dd>
            </div>
            <div>
              <dt>False alarms</dt>
              <dd>{figures.alarms}</dd>
            </div>
          </dl>
          {figures.few !== null && <p className="small muted">{figures.few}</p>}
          {scoring.remaining > 0 && (
            <p className="small muted">{counted(scoring.remaining, "recording")} left out: a minute was over.</p>
          )}
          {scoring.problems.length > 0 && (
            <p className="small muted">
              {counted(scoring.problems.length, "recording")} could not be run. {scoring.problems[0]}
            </p>
          )}
          {names.length <= 1 && (
            <fieldset className="preview-positives small">
              <legend className="muted">To be called in recordings of</legend>
              {labels.map((label) => (
                <label key={label} className="row">
                  <input
                    type="checkbox"
                    checked={positives.has(label)}
                    onChange={(event) => {
                      const next = new Set(positives);
                      if (event.target.checked) next.add(label);
                      else next.delete(label);
                      setChosenLabels(next);
                    }}
                  />
                  {label}
                </label>
              ))}
            </fieldset>
          )}
        </>
      )}
    </div>
  );
}

/** Whether its numbers are probabilities. */
function hasShares(card: Card): boolean {
  if (card.kind === "number") return card.share !== null;
  return (card.kind === "word" || card.kind === "scores") && card.scores.some(({ share }) => share !== null);
}
