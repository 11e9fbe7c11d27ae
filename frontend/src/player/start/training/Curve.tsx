// How a run learned: accuracy of both splits over the epochs, with a mark at the epoch that is used.
import { tickTexts } from "../../../look/charts/axis-ticks";
import type { OpenRun } from "../server";

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [320, 150, 40, 22, 12];

export function Curve({ run }: { readonly run: OpenRun }) {
  const { curves, best_epoch: best } = run;
  const values = curves.flatMap((row) => [row.accuracy, row.validation_accuracy]);
  const lowest = Math.max(0, Math.min(0.9, Math.floor(10 * Math.min(...values) - 0.5) / 10));
  const x = (epoch: number): number => LEFT + ((epoch - 1) / Math.max(1, curves.length - 1)) * (WIDTH - LEFT - 8);
  const y = (share: number): number => TOP + ((1 - share) / (1 - lowest)) * (HEIGHT - TOP - BOTTOM);
  const line = (name: "accuracy" | "validation_accuracy"): string =>
    curves.map((row) => `${x(row.epoch).toFixed(1)},${y(row[name]).toFixed(1)}`).join(" ");
  const marked = curves[best - 1];
  const ticks = [1, (1 + lowest) / 2, lowest];
  const texts = tickTexts(ticks, "%", 0.01);
  return (
    <section className="card stack" aria-labelledby="start-curve">
      <div className="row wrap">
        <h3 id="start-curve" className="grow">
          How it learned
        </h3>
        <span className="small start-key validation">validation</span>
        <span className="small start-key train">train</span>
      </div>
      <svg className="start-curve" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={altText(run)}>
        {ticks.map((share, place) => (
          <g key={share}>
            <line x1={LEFT} x2={WIDTH - 8} y1={y(share)} y2={y(share)} className="grid" />
            <text x={LEFT - 6} y={y(share) + 3} textAnchor="end">
              {texts[place]}
            </text>
          </g>
        ))}
        <polyline points={line("accuracy")} className="train" />
        <polyline points={line("validation_accuracy")} className="validation" />
        {marked !== undefined && (
          <g>
            <line x1={x(best)} x2={x(best)} y1={y(marked.validation_accuracy)} y2={HEIGHT - BOTTOM} className="mark" />
            <circle cx={x(best)} cy={y(marked.validation_accuracy)} r="4" className="mark" />
            <text x={x(best)} y={HEIGHT - 8} textAnchor={best > curves.length / 2 ? "end" : "start"}>
              epoch {best}
            </text>
          </g>
        )}
        {best < 0.8 * curves.length && (
          <text x={WIDTH - 8} y={HEIGHT - 8} textAnchor="end">
            {curves.length}
          </text>
        )}
      </svg>
      <p className="small muted">{run.epoch_sentence}</p>
    </section>
  );
}

function altText({ curves, best_epoch: best }: OpenRun): string {
  const marked = curves[best - 1];
  const text = `Accuracy over ${curves.length} epochs`;
  return marked === undefined
    ? text
    : `${text}; epoch ${best} had ${Math.round(100 * marked.validation_accuracy)} % of validation windows`;
}
