// Numbers from run to run as lines, drawn by uPlot in the page's colours; new runs come in at the right.
import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import "../styles/views.css";
import { namedAxis, valueAxis } from "../../look/charts/chart-axis";
import { ThresholdLine, type ChartLine } from "../threshold/ThresholdLine";

/** The rows of a chart: `name` is that of one, and each is `step` after the one before. */
export interface ChartRows {
  readonly name: string;
  readonly step: number;
  /** True where rows are counted back from the newest, which is 0; else they are counted from 0 on. */
  readonly isCountedBack: boolean;
}

const RUNS: ChartRows = { name: "run", step: 1, isCountedBack: true };

interface Props {
  /** One row a run, oldest first. */
  readonly past: readonly (readonly number[])[];
  readonly names: readonly string[];
  readonly label: string;
  readonly over?: ChartRows;
  /** A line across the chart that can be moved. */
  readonly line?: ChartLine | null;
}

const COLOURS = ["--accent", "--info", "--ok", "--model", "--block", "--output"];
const HEIGHT = 150;
/** Lines that are told apart. */
const SHOWN = 6;

function dataOf(past: Props["past"], lines: readonly number[], over: ChartRows): uPlot.AlignedData {
  const first = over.isCountedBack ? 1 - past.length : 0;
  return [
    past.map((_, index) => (first + index) * over.step),
    ...lines.map((line) => past.map((row) => finiteOf(row[line]))),
  ];
}

/** A number that is not finite is a gap: a scale that reaches to it would have no room for the others. */
function finiteOf(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/** The lines that reach highest; with few of them, all. */
function linesOf(past: Props["past"]): readonly number[] {
  const count = past.at(-1)?.length ?? 0;
  const peaks = Array.from({ length: count }, (_, line) =>
    past.reduce((top, row) => Math.max(top, finiteOf(row[line]) ?? -Infinity), -Infinity),
  );
  return peaks
    .map((_, line) => line)
    .toSorted((one, other) => (peaks[other] ?? 0) - (peaks[one] ?? 0))
    .slice(0, SHOWN)
    .toSorted((one, other) => one - other);
}

export default function LiveChart({ past, names, label, over = RUNS, line = null }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const [plot, setPlot] = useState<uPlot | null>(null);
  const lines = linesOf(past);
  const key = lines.join(" ");
  const latest = useRef({ past, lines, line });
  useEffect(() => {
    latest.current = { past, lines, line };
  });

  useEffect(() => {
    const element = holder.current;
    if (element === null) return undefined;
    const colour = (name: string): string => getComputedStyle(element).getPropertyValue(name).trim();
    const make = (): uPlot => {
      return new uPlot(
        {
          width: Math.max(160, element.clientWidth),
          height: HEIGHT,
          legend: { show: false },
          cursor: { show: false },
          scales: {
            x: { time: false },
            y: {
              range: (_, low, high) => {
                const scale = latest.current.line?.scale;
                return scale === undefined ? uPlot.rangeNum(low, high, 0.1, true) : [scale.minimum, scale.maximum];
              },
            },
          },
          axes: [namedAxis(element, over.name), valueAxis(element)],
          series: [
            {},
            ...latest.current.lines.map((_, index) => ({
              stroke: colour(COLOURS[index] ?? "--text"),
              width: 1.5,
              points: { show: false },
            })),
          ],
        },
        dataOf(latest.current.past, latest.current.lines, over),
        element,
      );
    };
    const begin = (): void => {
      chart.current = make();
      setPlot(chart.current);
    };
    begin();
    const again = (): void => {
      chart.current?.destroy();
      begin();
    };
    const resizeObserver = new ResizeObserver(() =>
      chart.current?.setSize({ width: Math.max(160, element.clientWidth), height: HEIGHT }),
    );
    resizeObserver.observe(element);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", again);
    return () => {
      resizeObserver.disconnect();
      dark.removeEventListener("change", again);
      chart.current?.destroy();
      chart.current = null;
    };
  }, [key, over]);

  const { minimum, maximum } = line?.scale ?? {};
  useEffect(() => chart.current?.setData(dataOf(past, lines, over)), [past, lines, over, minimum, maximum]);

  const newest = past.at(-1) ?? [];
  return (
    <figure className="preview-chart">
      <div className="preview-chart-area">
        <div ref={holder} role="img" aria-label={label} />
        {line !== null && plot !== null && <ThresholdLine line={line} chart={plot} />}
      </div>
      {newest.length > 1 && (
        <figcaption className="row wrap small muted">
          {lines.map((line, index) => (
            <span key={line} className={`legend-line line-${index}`}>
              {names[line] ?? line + 1}
            </span>
          ))}
        </figcaption>
      )}
    </figure>
  );
}
