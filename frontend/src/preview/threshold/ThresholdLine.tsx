// The line of a threshold across a chart: dragged with mouse or finger, moved by keys.
import { useRef, type KeyboardEvent, type PointerEvent } from "react";
import type uPlot from "uplot";
import { numberText } from "../readings/numbers";
import { movedBy, snapped, type Scale } from "./scale";

export interface ChartLine {
  readonly value: number;
  /** The chart shows these numbers, whatever it is of. */
  readonly scale: Scale;
  readonly label: string;
  readonly onChange: (value: number) => void;
}

/** Where the line is. The scale is the line's own, so it follows from the value, however the chart is drawn. */
export function ThresholdLine({ line, chart }: { readonly line: ChartLine; readonly chart: uPlot }) {
  const { value, scale, label, onChange } = line;
  const isDragging = useRef(false);
  const share = (value - scale.minimum) / (scale.maximum - scale.minimum);
  const { offsetTop: top, offsetLeft: left, clientHeight: height } = chart.over;

  const move = (event: PointerEvent<HTMLElement>): void => {
    if (!isDragging.current) return;
    const { top: start, height: extent } = chart.over.getBoundingClientRect();
    const above = 1 - (event.clientY - start) / extent;
    onChange(snapped(scale.minimum + above * (scale.maximum - scale.minimum), scale));
  };
  const end = (): void => {
    isDragging.current = false;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = movedBy(event.key, value, scale);
    if (next === null) return;
    event.preventDefault();
    onChange(next);
  };
  return (
    <div
      className="preview-threshold"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-orientation="vertical"
      aria-valuemin={scale.minimum}
      aria-valuemax={scale.maximum}
      aria-valuenow={value}
      aria-valuetext={numberText(value)}
      style={{ top: top + (1 - share) * height, left, right: 0 }}
      onPointerDown={(event) => {
        isDragging.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
      onKeyDown={onKeyDown}
    >
      <span className="num">{numberText(value)}</span>
    </div>
  );
}
