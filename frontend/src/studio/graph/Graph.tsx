// The pipeline as a picture: nodes to press, wires that say what flows. Read from the outline; it changes nothing.
import { useEffect, useMemo, useRef, useState } from "react";
import type { Outline, OutlineNode } from "../api/types";
import { pathOf, place } from "./layout";

interface GraphProps {
  readonly outline: Outline;
  /** The stage that the cursor is in, by name. */
  readonly selected: string | null;
  readonly onSelect: (node: OutlineNode) => void;
}

const MARGIN = 20;
const SMALLEST = 0.7;

const KIND_WORDS: Readonly<Record<OutlineNode["kind"], string>> = {
  capability: "capability",
  block: "proc-block",
  model: "model",
  output: "output",
};

export function Graph({ outline, selected, onSelect }: GraphProps) {
  const holder = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(Infinity);
  const placed = useMemo(() => place(outline), [outline]);

  useEffect(() => {
    if (holder.current === null) return;
    const observer = new ResizeObserver(([entry]) => setRoom(entry?.contentRect.width ?? Infinity));
    observer.observe(holder.current);
    return () => observer.disconnect();
  }, []);

  // The stage that the cursor is in stays in sight when the picture is wider than its room.
  useEffect(() => {
    holder.current?.querySelector('.node[aria-pressed="true"]')?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [selected, placed]);

  const width = placed.width + 2 * MARGIN;
  const height = placed.height + 2 * MARGIN;
  const scale = Math.max(SMALLEST, Math.min(1, room / width));

  return (
    <div className="canvas" ref={holder} role="group" aria-label="Pipeline">
      {placed.nodes.length === 0 ? (
        <p className="muted small">Nothing to draw yet: the pipeline appears here as you write it.</p>
      ) : (
        <div className="canvas-fit" style={{ width: width * scale, height: height * scale }}>
          <div className="canvas-scale" style={{ width, height, transform: `scale(${scale})` }}>
            <svg width={width} height={height} aria-hidden="true">
              <defs>
                <marker id="arrow" viewBox="0 0 6 8" refX="6" refY="4" markerWidth="6" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">
                  <path d="M0 0 6 4 0 8Z" />
                </marker>
              </defs>
              <g transform={`translate(${MARGIN} ${MARGIN})`}>
                {placed.wires.map((wire) => (
                  <g key={`${wire.wires[0]?.source} ${wire.wires[0]?.target}`} className={selected !== null && wire.wires.some((each) => each.source === selected || each.target === selected) ? "wire-drawn on" : "wire-drawn"}>
                    <path d={pathOf(wire.points)} markerEnd="url(#arrow)" />
                    <text x={wire.label.x} y={wire.label.y - 6}>
                      {wire.text}
                    </text>
                  </g>
                ))}
              </g>
            </svg>
            {placed.nodes.map(({ node, x, y, width: wide, height: high }) => (
              <button
                key={node.name}
                type="button"
                className={`node ${node.kind}${node.name === selected ? " on" : ""}`}
                aria-pressed={node.name === selected}
                title={node.detail}
                style={{ left: x + MARGIN, top: y + MARGIN, width: wide, height: high }}
                onClick={() => onSelect(node)}
              >
                <b>{node.name}</b>
                <span>{node.detail}</span>
                <i className="aloud">
                  , {KIND_WORDS[node.kind]}; go to line {node.line}
                </i>
              </button>
            ))}
          </div>
        </div>
      )}
    </div>
  );
}
