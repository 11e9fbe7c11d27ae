// The inputs or outputs of a block, plotted: a long array by its elements, a short one run by run.
import { useMemo } from "react";
import LiveChart, { type ChartRows } from "../../preview/outputs/LiveChart";
import { count } from "../format/quantities";

interface PlotProps {
  readonly title: string;
  readonly name: string;
  readonly type: string;
  readonly history: readonly (readonly number[])[];
  readonly names: readonly string[];
  readonly waiting: string;
}

/** Points of a long array that are drawn. */
const MOST_POINTS = 512;

export function Plot({ title, name, type, history, names, waiting }: PlotProps) {
  const newest = history.at(-1);
  const isLong = history.length === 1 && newest !== undefined && newest.length > 1;
  const step = isLong ? Math.ceil((newest?.length ?? 1) / MOST_POINTS) : 1;
  const over = useMemo<ChartRows | undefined>(
    () => (isLong ? { name: "element", step, isCountedBack: false } : undefined),
    [isLong, step],
  );
  const rows = useMemo(() => {
    if (!isLong || newest === undefined) return history;
    return newest.filter((_, index) => index % step === 0).map((value) => [value]);
  }, [history, newest, isLong, step]);
  const top = newest === undefined || isLong ? -1 : newest.indexOf(Math.max(...newest));
  return (
    <div className="stack block-plot">
      <div className="row between">
        <span>
          <b>{title}</b> <span className="muted">{[name, type].filter((each) => each !== "").join(" · ")}</span>
        </span>
        {top >= 0 && newest !== undefined && (
          <span className="small muted num">
            {names[top] ?? (newest.length > 1 ? top : "")} {Number((newest[top] ?? 0).toPrecision(4))}
          </span>
        )}
      </div>
      {newest === undefined ? (
        <p className="small muted" role="status">
          {waiting}
        </p>
      ) : (
        <LiveChart
          past={rows}
          names={isLong ? [] : names}
          {...(over === undefined ? {} : { over })}
          label={`What the block ${title === "Reads" ? "reads" : "writes"}, ${isLong ? "element by element" : `the last ${count(history.length, "run")}`}`}
        />
      )}
    </div>
  );
}

export function typeText(type: { readonly type: string; readonly dimensions: readonly number[] } | undefined): string {
  return type === undefined ? "" : `${type.type}[${type.dimensions.join(", ")}]`;
}
