// The picture of the pipeline: laid out for the room that there is, on one row above the text, on its way to where a change puts it, and marked with what is
// selected, watched and wrong.
import type { Diagnostic, Outline } from "../../../api/schema";
import { useMemo, useState } from "react";
import { FULL, placeOnce, ROW, type PipelineLayout } from "../../../pipeline";
import { useEqual } from "../../parts/use-equal";
import { worstByStage } from "../../session/problems/severity";
import { useAnimatedLayout } from "./animated-layout";
import type { StagePorts } from "../../edits/graph-requests";
import { edgesOf as wiresOf, markedStages, markedEdges, nodesOf } from "./flow-elements";
import type { StageFlowNode } from "./StageNode";
import { edgesOf, freeWidth, type Edges, type Size } from "./viewport";
import type { WireFlowEdge } from "./WireEdge";
import type { WatchedWires } from "../watched-wires";

interface DrawingOptions {
  readonly outline: Outline;
  readonly ports: ReadonlyMap<string, StagePorts>;
  readonly diagnostics: readonly Diagnostic[];
  readonly runefile: string;
  readonly selectedStage: string | null;
  /** The id of the wire that is chosen. */
  readonly chosenWireId: string | null;
  readonly isStrip: boolean;
  readonly watching: WatchedWires | null;
}

interface Drawing {
  /** Where everything comes to stand. */
  readonly layout: PipelineLayout;
  readonly nodes: StageFlowNode[];
  readonly edges: WireFlowEdge[];
  /** The room that stays free around it. */
  readonly frame: Edges;
  /** The size of the canvas, once it is known. */
  readonly size: Size | null;
  readonly setSize: (size: Size) => void;
}

export function useDrawing(options: DrawingOptions): Drawing {
  const { ports, diagnostics, runefile, selectedStage, chosenWireId, isStrip, watching } = options;
  const outline = useEqual(options.outline);
  const [place] = useState(placeOnce);
  const [placeInRow] = useState(placeOnce);
  const [size, setSize] = useState<Size | null>(null);
  const frame = edgesOf(isStrip);
  const width = size === null ? Infinity : freeWidth(size, frame);
  const counts = useMemo(() => countPorts(ports), [ports]);
  const layout = useMemo(() => {
    if (!isStrip) return place(outline, { counts, size: width });
    // One row leaves the text its height; types stand in the wires where all of it is then still in sight.
    const full = place(outline, { counts, form: FULL });
    return full.width <= width ? full : placeInRow(outline, { counts, form: ROW });
  }, [place, placeInRow, outline, counts, width, isStrip]);
  const shownLayout = useAnimatedLayout(layout);
  const problems = useMemo(() => worstByStage(outline, diagnostics, runefile), [outline, diagnostics, runefile]);
  const stages = useMemo(() => nodesOf(shownLayout, ports), [shownLayout, ports]);
  const nodes = useMemo(() => markedStages(stages, selectedStage, problems), [stages, selectedStage, problems]);
  const wires = useMemo(() => wiresOf(shownLayout), [shownLayout]);
  const edges = useMemo(
    () =>
      markedEdges(wires, selectedStage, chosenWireId, (wire) =>
        watching === null ? null : watching.isWatched({ stage: wire.source, index: wire.source_index }),
      ),
    [wires, selectedStage, chosenWireId, watching],
  );
  return { layout, nodes, edges, frame, size, setSize };
}

/** How many ports each stage is drawn with: one input at least, where a wire can be put. */
function countPorts(ports: ReadonlyMap<string, StagePorts>) {
  return new Map(
    [...ports].map(([name, each]) => [
      name,
      { inputs: Math.max(each.inputs.length, each.kind === "capability" ? 0 : 1), outputs: each.outputs.length },
    ]),
  );
}
