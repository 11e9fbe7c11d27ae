// The pipelines of both moments in one picture: what is new, changed or gone is marked, and said to those who hear it.
import type { Comparison, StageChange } from "../api/versions";
import { CHANGE_WORDS, columnsOf } from "./sides";

function saidOf(stage: StageChange): string {
  return `${stage.name}, ${CHANGE_WORDS[stage.change]}${stage.was === null ? "" : `, was ${stage.was}`}`;
}

export function PipelineCompared({ pipeline }: { readonly pipeline: NonNullable<Comparison["pipeline"]> }) {
  const columns = columnsOf(pipeline);
  const differs = pipeline.stages.some((stage) => stage.change !== "same") || pipeline.wires.some((wire) => wire.change !== "same");
  return (
    <section className="card">
      <h3>Pipeline</h3>
      {pipeline.broken.before && <p className="small worse">The earlier one does not check: it is drawn as far as it can be read.</p>}
      {pipeline.broken.after && <p className="small worse">The later one does not check: it is drawn as far as it can be read.</p>}
      {!differs && <p className="small muted">The same stages and wires.</p>}
      {columns.length > 0 && (
        <div className="scroll" tabIndex={0} role="region" aria-label="The pipeline of both">
          <div className="graph drawn" role="img" aria-label={pipeline.stages.map(saidOf).join("; ")}>
            {columns.map((column, index) => (
              <div key={index} className="graph-part">
                <div className="column">
                  {column.stages.map((stage) => (
                    <div key={stage.name} className={`node ${stage.kind} ${stage.change}`} title={stage.was === null ? stage.detail : `${stage.detail}, was ${stage.was}`}>
                      <b>{stage.name}</b>
                      <span>{stage.was === null ? stage.detail : `${stage.was} → ${stage.detail}`}</span>
                      {stage.change !== "same" && <small>{CHANGE_WORDS[stage.change]}</small>}
                    </div>
                  ))}
                </div>
                {index < columns.length - 1 && (
                  <div className="wire">
                    <span>
                      {column.flows.map(({ type, change }) => (
                        <i key={type} className={change}>
                          {type}
                        </i>
                      ))}
                    </span>
                  </div>
                )}
              </div>
            ))}
          </div>
        </div>
      )}
    </section>
  );
}
