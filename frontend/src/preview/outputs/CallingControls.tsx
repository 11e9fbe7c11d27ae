// How windows of sound, or pictures, become a called word, said in one line that can be opened and changed.
import { counted } from "../../look/plural";
import { useId } from "react";
import { percentText } from "../readings/numbers";
import type { Calling } from "../readings/readings";

interface Props {
  readonly calling: Calling;
  /** The word for the input of one run. */
  readonly unit: "window" | "picture";
  readonly onCalling: (calling: Calling) => void;
}

export function CallingControls({ calling, unit, onCalling }: Props) {
  const id = useId();
  return (
    <details className="preview-calling small">
      <summary className="muted num">
        Mean of {counted(calling.windows, unit)}, called above {percentText(calling.threshold)}
      </summary>
      <div className="preview-slider">
        <label htmlFor={`${id}-windows`}>{unit === "picture" ? "Pictures" : "Windows"}</label>
        <input
          id={`${id}-windows`}
          type="range"
          min={1}
          max={10}
          value={calling.windows}
          onChange={(event) => onCalling({ ...calling, windows: event.target.valueAsNumber })}
        />
        <output className="num">{calling.windows}</output>
      </div>
      <div className="preview-slider">
        <label htmlFor={`${id}-threshold`}>Called above</label>
        <input
          id={`${id}-threshold`}
          type="range"
          min={0.3}
          max={0.95}
          step={0.05}
          value={calling.threshold}
          onChange={(event) => onCalling({ ...calling, threshold: event.target.valueAsNumber })}
        />
        <output className="num">{percentText(calling.threshold)}</output>
      </div>
    </details>
  );
}
