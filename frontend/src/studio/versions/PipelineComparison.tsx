// The pipelines of both moments in one picture: what is new, changed or gone is marked, and said to those who hear it.
import type { Comparison } from "../../api/schema";
import { useEffect, useMemo, useRef } from "react";
import { drawPipeline, describeStages } from "../../pipeline";
import { pipelineOf, undrawnWires } from "./comparison";

export function PipelineComparison({ pipeline }: { readonly pipeline: NonNullable<Comparison["pipeline"]> }) {
  const host = useRef<HTMLDivElement>(null);
  const both = useMemo(() => pipelineOf(pipeline), [pipeline]);
  const undrawn = useMemo(() => [...new Set(undrawnWires(both))], [both]);
  const differs =
    pipeline.stages.some((stage) => stage.change !== "same") || pipeline.wires.some((wire) => wire.change !== "same");
  useEffect(() => (host.current === null ? undefined : drawPipeline(host.current, both, false)), [both]);
  return (
    <section className="card">
      <h3>Pipeline</h3>
      {pipeline.broken.before && (
        <p className="small worse">The earlier Runefile has errors; the part that can be read is drawn.</p>
      )}
      {pipeline.broken.after && (
        <p className="small worse">The later Runefile has errors; the part that can be read is drawn.</p>
      )}
      {!differs && <p className="small muted">The same stages and wires.</p>}
      <div ref={host} className="pipeline" />
      {undrawn.length > 0 && (
        <ul className="plain small muted" aria-label="Wires that are not drawn">
          {undrawn.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
      <ol className="aloud" aria-label="The stages of both and what each reads">
        {describeStages(both).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ol>
    </section>
  );
}
