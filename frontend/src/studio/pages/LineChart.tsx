// Lines over their rows or the column that counts them, drawn by uPlot in the page's colours; a legend by which lines are shown and hidden.
import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { namedAxis, valueAxis } from "../../look/charts/chart-axis";
import type { Plot } from "./table";

interface LineChartProps {
  readonly plot: Plot;
  readonly label: string;
}

const COLOURS = ["--info", "--accent", "--ok", "--model", "--block", "--output"];
const HEIGHT = 220;
/** Lines drawn at first: more are confusing. */
const FIRST = 6;

function colourOf(index: number, from: Element): string {
  return getComputedStyle(from)
    .getPropertyValue(COLOURS[index % COLOURS.length] ?? "--text")
    .trim();
}

function chart(holder: HTMLElement, { over, lines }: Plot, hiddenLines: ReadonlySet<string>): uPlot {
  const rows =
    over?.values.map(Number) ?? Array.from({ length: lines[0]?.values.length ?? 0 }, (_, index) => index + 1);
  return new uPlot(
    {
      width: Math.max(holder.clientWidth, 160),
      height: HEIGHT,
      legend: { show: false },
      cursor: { drag: { x: true, y: false } },
      scales: { x: { time: false } },
      axes: [namedAxis(holder, over?.name ?? "row"), valueAxis(holder)],
      series: [
        { label: over?.name ?? "Row" },
        ...lines.map((line, index) => ({
          label: line.name,
          stroke: colourOf(index, holder),
          width: 1.5,
          show: !hiddenLines.has(line.name),
        })),
      ],
    },
    [rows, ...lines.map((line) => [...line.values])],
    holder,
  );
}

export function LineChart({ plot, label }: LineChartProps) {
  const { lines } = plot;
  const holder = useRef<HTMLDivElement>(null);
  const [hiddenLines, setHiddenLines] = useState<ReadonlySet<string>>(
    () => new Set(lines.slice(FIRST).map((line) => line.name)),
  );
  useEffect(() => {
    const element = holder.current;
    if (element === null) return undefined;
    const dark = matchMedia("(prefers-color-scheme: dark)");
    let picture = chart(element, plot, hiddenLines);
    const again = (): void => {
      picture.destroy();
      picture = chart(element, plot, hiddenLines);
    };
    const resizeObserver = new ResizeObserver(() =>
      picture.setSize({ width: Math.max(element.clientWidth, 160), height: HEIGHT }),
    );
    resizeObserver.observe(element);
    dark.addEventListener("change", again);
    return () => {
      resizeObserver.disconnect();
      dark.removeEventListener("change", again);
      picture.destroy();
    };
  }, [plot, hiddenLines]);
  const toggle = (name: string): void => {
    const next = new Set(hiddenLines);
    if (!next.delete(name)) next.add(name);
    setHiddenLines(next);
  };
  return (
    <figure className="chart">
      <div ref={holder} role="img" aria-label={label} />
      <figcaption className="row wrap small">
        {lines.map((line, index) => (
          <button
            key={line.name}
            type="button"
            className={`legend tone-${index % COLOURS.length}`}
            aria-pressed={!hiddenLines.has(line.name)}
            onClick={() => toggle(line.name)}
          >
            {line.name}
          </button>
        ))}
      </figcaption>
    </figure>
  );
}
