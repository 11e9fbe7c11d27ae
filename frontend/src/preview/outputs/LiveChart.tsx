// Numbers from run to run as lines, drawn by uPlot in the page's colours; new runs come in at the right.
import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import "../styles/views.css";
import { ThresholdLine, type ChartLine } from "../threshold/ThresholdLine";

interface Props {
  /** One row a run, oldest first. */
  readonly past: readonly (readonly number[])[];
  readonly names: readonly string[];
  readonly label: string;
  /** A line across the chart that can be moved. */
  readonly line?: ChartLine | null;
}

const COLOURS = ["--accent", "--info", "--ok", "--model", "--block", "--output"];
const HEIGHT = 150;
/** Lines that are told apart. */
const SHOWN = 6;

function dataOf(past: Props["past"], lines: readonly number[]): uPlot.AlignedData {
  return [
    past.map((_, index) => index - past.length + 1),
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

export default function LiveChart({ past, names, label, line = null }: Props) {
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
      const axis: uPlot.Axis = {
        stroke: colour("--muted"),
        grid: { stroke: colour("--line"), width: 1 },
        ticks: { show: false },
        font: "12px 'IBM Plex Sans'",
      };
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
          axes: [
            { ...axis, size: 24 },
            { ...axis, size: 44 },
          ],
          series: [
            {},
            ...latest.current.lines.map((_, index) => ({
              stroke: colour(COLOURS[index] ?? "--text"),
              width: 1.5,
              points: { show: false },
            })),
          ],
        },
        dataOf(latest.current.past, latest.current.lines),
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
  }, [key]);

  const { minimum, maximum } = line?.scale ?? {};
  useEffect(() => chart.current?.setData(dataOf(past, lines)), [past, lines, minimum, maximum]);

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
