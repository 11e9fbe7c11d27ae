// The names of the three lines of motion, each with its colour and style.

const AXES = ["x", "y", "z"] as const;
const DASHES = [undefined, "4 2", "1.5 2.5"] as const;
const COLOURS = ["var(--output)", "var(--ok)", "var(--info)"] as const;

export function AxisLegend() {
  return (
    <div className="row small muted" aria-hidden="true">
      {AXES.map((axis, index) => (
        <span key={axis} className="row tight">
          <svg width="18" height="4">
            <path d="M0 2H18" stroke={COLOURS[index]} strokeWidth="2" strokeDasharray={DASHES[index]} />
          </svg>
          {axis}
        </span>
      ))}
    </div>
  );
}
