// What floats over the canvas: how to add, zoom and fit, what is chosen, and what a wire on its way waits for.
import { Panel, useReactFlow, useStoreApi } from "@xyflow/react";
import { Maximize, Minus, PanelRight, Plus, Trash2, X, ZoomIn } from "lucide-react";
import type { OutlineWire } from "../api/types";
import type { Connecting } from "./connecting";
import type { Placed } from "./layout";
import { frameOf } from "./sight";

interface CanvasToolsProps {
  readonly connecting: Connecting | null;
  readonly placed: Placed;
  readonly isStrip: boolean;
  readonly readOnly: boolean;
  readonly isAdding: boolean;
  readonly wire: OutlineWire | null;
  /** Whether there is a panel that can be shown again. */
  readonly hasPanel: boolean;
  readonly onAdd: () => void;
  readonly onRemove: () => void;
  readonly onStop: () => void;
  readonly onPanel: () => void;
}

export function CanvasTools({ connecting, placed, isStrip, readOnly, isAdding, wire, hasPanel, onAdd, onRemove, onStop, onPanel }: CanvasToolsProps) {
  const flow = useReactFlow();
  const store = useStoreApi();
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const motion = { duration: calm ? 0 : 140 };
  const fit = (): void => {
    const { width, height } = store.getState();
    void flow.setViewport(frameOf(placed, { width, height }, isStrip), motion);
  };
  return (
    <>
      {placed.nodes.length === 0 && (
        <Panel position="top-center" className="graph-empty">
          <p className="muted small">{readOnly ? "Nothing to draw yet." : "Nothing to draw yet: add a stage, or write one in the text."}</p>
        </Panel>
      )}
      {!readOnly && (
        <Panel position="top-left" className="graph-tools">
          <button type="button" className="button" aria-label="Add a stage" title="Add a stage (+)" aria-expanded={isAdding} onClick={onAdd}>
            <Plus aria-hidden="true" />
            {!isStrip && "Add a stage"}
          </button>
        </Panel>
      )}
      <Panel position="top-center">
        <div role="status" className={connecting === null && wire === null ? "aloud" : "graph-says"}>
          {connecting !== null && (
            <>
              <span>
                {connecting.from.side === "output" ? "Choose what reads from " : "Choose what flows into "}
                <b>{connecting.from.stage}</b>
              </span>
              <button type="button" className="button quiet square" aria-label="Let the wire go" onClick={onStop}>
                <X aria-hidden="true" />
              </button>
            </>
          )}
          {connecting === null && wire !== null && (
            <>
              <span>
                <b>{wire.source}</b> to <b>{wire.target}</b> <code>{wire.type}</code>
              </span>
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
      {hasPanel && (
        <Panel position="top-right" className="graph-tools">
          <button type="button" className="button square" aria-label="Show the stage's panel" onClick={onPanel}>
            <PanelRight aria-hidden="true" />
          </button>
        </Panel>
      )}
      <Panel position="bottom-left" className="graph-tools zoom">
        {!isStrip && (
          <>
            <button type="button" className="button square" aria-label="Zoom in" onClick={() => void flow.zoomIn(motion)}>
              <ZoomIn aria-hidden="true" />
            </button>
            <button type="button" className="button square" aria-label="Zoom out" onClick={() => void flow.zoomOut(motion)}>
              <Minus aria-hidden="true" />
            </button>
          </>
        )}
        {!isStrip && (
          <button type="button" className="button square" aria-label="Show the whole graph" title="Show the whole graph" onClick={fit}>
            <Maximize aria-hidden="true" />
          </button>
        )}
      </Panel>
    </>
  );
}
