// The threshold of a label, with what it means on validation recordings.
import { useId } from "react";
import { alarmText, headlineOf, labelCounts } from "./label-counts";
import type { ValidationScores } from "./use-scores";

export interface ChosenThreshold {
  readonly label: string;
  readonly value: number;
}

interface Props {
  readonly scores: ValidationScores;
  readonly background: string;
  readonly threshold: ChosenThreshold;
  readonly onChange: (threshold: ChosenThreshold) => void;
}

export function Threshold({ scores, background, threshold, onChange }: Props) {
  const id = useId();
  const { label, value } = threshold;
  const labels = scores.names.filter((name) => name !== background);
  const counts = labelCounts(scores.recordings, scores.names.indexOf(label), label, background, value);
  return (
    <section className="stack tight start-threshold" aria-label="Threshold">
      <div className="row wrap">
        <label htmlFor={id}>
          <b>Threshold</b> for
        </label>
        {labels.length > 1 ? (
          <select
            className="input"
            aria-label="Label of the threshold"
            value={label}
            onChange={(event) => onChange({ label: event.target.value, value })}
          >
            {labels.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        ) : (
          <span>{label}</span>
        )}
        <span className="grow" />
        <b className="num">{Math.round(100 * value)} %</b>
      </div>
      <input
        id={id}
        type="range"
        min={0.3}
        max={0.99}
        step={0.01}
        value={value}
        aria-valuetext={`${Math.round(100 * value)} %`}
        onChange={(event) => onChange({ label, value: Number(event.target.value) })}
      />
      <div className="row small muted">
        <span className="grow">more false alarms</span>
        <span>more missed</span>
      </div>
      <div className="start-counts" aria-live="polite">
        <p>
          <b className="num">
            {counts.heard} of {counts.events} heard
          </b>
          <small className="muted">validation recordings of {label}, which it did not learn from</small>
        </p>
        <p>
          <b className="num">{headlineOf(counts)}</b>
          <small className="muted">false alarms: {alarmText(counts)}</small>
        </p>
      </div>
    </section>
  );
}
