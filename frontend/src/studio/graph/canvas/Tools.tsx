// The controls over the canvas: how to add, zoom and fit, what is chosen, and what a wire on its way waits for.
import type { OutlineWire } from "../../../api/schema";
import { Panel, useReactFlow, useStoreApi } from "@xyflow/react";
import {
  Eye,
  Maximize,
  Minus,
  PanelRight,
  Plus,
  Trash2,
  UnfoldHorizontal,
  WandSparkles,
  X,
  ZoomIn,
} from "lucide-react";
import type { Connecting } from "./connecting";
import type { PipelineLayout } from "../../../pipeline";
import { edgesOf, wholeOf } from "./viewport";
import type { WatchedWires } from "../watched-wires";

interface CanvasToolsProps {
  readonly connecting: Connecting | null;
  readonly layout: PipelineLayout;
  readonly isStrip: boolean;
  readonly readOnly: boolean;
  readonly isAdding: boolean;
  /** Whether the graph has the whole width of the page. */
  readonly isWide: boolean;
  readonly wire: OutlineWire | null;
  readonly watching: WatchedWires | null;
  /** The stage's panel, if there is one: closed, or shown unless a palette without room beside it covers it. */
  readonly panel: "closed" | "covered" | null;
  readonly onAdd: () => void;
  readonly onRemove: () => void;
  readonly onStop: () => void;
  readonly onWide: () => void;
  readonly onPanel: () => void;
  /** Brings the old form of the text into the one that can be edited; null where that is not to be done. */
  readonly onModernise: (() => void) | null;
}

export function CanvasTools({
  connecting,
  layout,
  isStrip,
  readOnly,
  isAdding,
  isWide,
  wire,
  watching,
  panel,
  onAdd,
  onRemove,
  onStop,
  onWide,
  onPanel,
  onModernise,
}: CanvasToolsProps) {
  const flow = useReactFlow();
  const store = useStoreApi();
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const motion = { duration: calm ? 0 : 140 };
  const fit = (): void => {
    const { width, height } = store.getState();
    void flow.setViewport(wholeOf(layout, { width, height }, edgesOf(isStrip)), motion);
  };
  const isWatched = wire !== null && watching?.isWatched({ stage: wire.source, index: wire.source_index }) === true;
  return (
    <>
      {layout.nodes.length === 0 && (
        <Panel position="top-center" className="graph-empty">
          {!isStrip && <h2>Nothing to draw yet</h2>}
          <p className="muted small">
            {readOnly
              ? "The Runefile has no stages."
              : "Begin with what the app reads: a microphone, a camera, motion. Then a model, and an output."}
          </p>
          {!isStrip && !readOnly && (
            <button type="button" className="button" onClick={onAdd}>
              <Plus aria-hidden="true" />
              Add the first stage
            </button>
          )}
        </Panel>
      )}
      {!readOnly && (
        <Panel position="top-left" className="graph-tools">
          <button
            type="button"
            className="button"
            data-add
            aria-label="Add a stage"
            title="Add a stage (+)"
            aria-expanded={isAdding}
            onClick={onAdd}
          >
            <Plus aria-hidden="true" />
            {!isStrip && <span className="add-word">Add a stage</span>}
          </button>
        </Panel>
      )}
      <Panel position="top-center" className="says">
        <div role="status" className={connecting === null && wire === null ? "aloud" : "graph-says"}>
          {connecting !== null && (
            <>
              <span>
                {connecting.from.side === "output" ? "Choose what reads from " : "Choose what flows into "}
                <b>{connecting.from.stage}</b>
              </span>
              <button type="button" className="button quiet square" aria-label="Cancel the wire" onClick={onStop}>
                <X aria-hidden="true" />
              </button>
            </>
          )}
          {connecting === null && wire !== null && (
            <>
              <span>
                <b>{wire.source}</b> to <b>{wire.target}</b> <code>{wire.type}</code> {wire.meaning}
              </span>
              {watching !== null && (
                <button
                  type="button"
                  className="button quiet"
                  aria-pressed={isWatched}
                  onClick={() => watching.toggle({ stage: wire.source, index: wire.source_index })}
                >
                  <Eye aria-hidden="true" />
                  {isWatched ? "Watched" : "Watch"}
                </button>
              )}
              {!readOnly && (
                <>
                  <button type="button" className="button quiet" onClick={onAdd}>
                    <Plus aria-hidden="true" />
                    Put a stage between
                  </button>
                  <button type="button" className="button quiet" onClick={onRemove}>
                    <Trash2 aria-hidden="true" />
                    Disconnect
                  </button>
                </>
              )}
            </>
          )}
        </div>
      </Panel>
      {onModernise !== null && (
        <Panel position="bottom-center">
          <div className="graph-says" role="note">
            <span>This Runefile has the old text format. Convert it to YAML to edit it here.</span>
            <button type="button" className="button" onClick={onModernise}>
              <WandSparkles aria-hidden="true" />
              Convert to YAML
            </button>
          </div>
        </Panel>
      )}
      {panel !== null && (
        <Panel position="top-right" className={`graph-tools show-panel ${panel}`}>
          <button type="button" className="button square" aria-label="Show the stage's panel" onClick={onPanel}>
            <PanelRight aria-hidden="true" />
          </button>
        </Panel>
      )}
      <Panel position="bottom-left" className="graph-tools zoom">
        {!isStrip && (
          <>
            <button
              type="button"
              className="button square"
              aria-label="Zoom in"
              onClick={() => void flow.zoomIn(motion)}
            >
              <ZoomIn aria-hidden="true" />
            </button>
            <button
              type="button"
              className="button square"
              aria-label="Zoom out"
              onClick={() => void flow.zoomOut(motion)}
            >
              <Minus aria-hidden="true" />
            </button>
          </>
        )}
        {!isStrip && (
          <button
            type="button"
            className="button square"
            aria-label="Show the whole graph"
            title="Show the whole graph"
            onClick={fit}
          >
            <Maximize aria-hidden="true" />
          </button>
        )}
        {!isStrip && (
          <button
            type="button"
            className="button square widen"
            aria-label="Use the whole width"
            title="Use the whole width"
            aria-pressed={isWide}
            onClick={onWide}
          >
            <UnfoldHorizontal aria-hidden="true" />
          </button>
        )}
      </Panel>
    </>
  );
}
