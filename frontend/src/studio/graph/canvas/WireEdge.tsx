// One wire on the canvas, with the type of what flows through it; pressing that watches the tensor, or chooses the wire.
import type { OutlineWire } from "../../../api/schema";
import { BaseEdge, EdgeLabelRenderer, type Edge, type EdgeProps } from "@xyflow/react";
import { Eye } from "lucide-react";
import { memo, useContext } from "react";
import { CanvasActionsContext } from "./connecting";
import { pathOf, type PathPoint } from "../../../pipeline";

export type WireData = {
  readonly wire: OutlineWire;
  readonly points: readonly PathPoint[];
  readonly label: PathPoint;
  readonly text: string;
  readonly isBetween: boolean;
  readonly near: boolean;
  /** Whether what flows here is being watched; null where nothing can be. */
  readonly watched: boolean | null;
};

const WATCH = "Watch this tensor in the preview";

export type WireFlowEdge = Edge<WireData, "wire">;

export const WireEdge = memo(function WireEdge({ id, data, selected }: EdgeProps<WireFlowEdge>) {
  const { pressLabel } = useContext(CanvasActionsContext);
  if (data === undefined) return null;
  const { wire, label, text, isBetween, watched } = data;
  return (
    <>
      <BaseEdge
        id={id}
        path={pathOf(data.points)}
        markerEnd="url(#graph-arrow)"
        interactionWidth={16}
        className={`wire-path ${data.near ? "near" : ""} ${selected === true ? "chosen" : ""}`}
      />
      {text === "" && watched !== null && (wire.type ?? "") !== "" && label.x > 0 && (
        <EdgeLabelRenderer>
          <button
            type="button"
            className={`wire-eye nopan ${watched ? "watched" : ""}`}
            data-wire={id}
            tabIndex={-1}
            aria-pressed={watched}
            aria-label={`${wire.source} to ${wire.target}, ${wire.type}, watch`}
            title={`${wire.type}. ${watched ? "Stop watching this tensor" : WATCH}`}
            style={{ transform: `translate(-50%, -50%) translate(${label.x}px, ${label.y}px)` }}
            onClick={() => pressLabel(wire)}
          >
            <Eye aria-hidden="true" />
          </button>
        </EdgeLabelRenderer>
      )}
      {text !== "" && (
        <EdgeLabelRenderer>
          <button
            type="button"
            className={`wire-label nopan ${isBetween ? "between" : ""} ${watched === true ? "watched" : ""} ${selected === true ? "chosen" : ""}`}
            data-wire={id}
            tabIndex={-1}
            aria-pressed={watched ?? undefined}
            aria-label={`${wire.source} to ${wire.target}, ${text}${watched === null ? "" : ", watch"}`}
            title={
              watched === null
                ? `${wire.source} gives ${wire.target} ${wire.type ?? ""}${wire.meaning ? `: ${wire.meaning}` : ""}`
                : watched
                  ? "Stop watching this tensor"
                  : WATCH
            }
            style={{ transform: `translate(-50%, -50%) translate(${label.x}px, ${label.y - 10}px)` }}
            onClick={() => pressLabel(wire)}
          >
            {watched === true && <Eye aria-hidden="true" />}
            {text}
          </button>
        </EdgeLabelRenderer>
      )}
    </>
  );
});
