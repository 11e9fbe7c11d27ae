// A model's layers drawn from the top down: what flows, what each does, and its shapes. The same as a list for those who
// do not see it or look for one of hundreds.
import type { DrawnModel, Layer } from "../../../api/schema";
import { Minus, Plus } from "lucide-react";
import { useMemo, useRef, useState, type PointerEvent } from "react";
import { sizeText } from "../../../look/quantities";
import { count } from "../../format/quantities";
import { blocksOf, layoutOf, opName, shortShape, type PlacedBlock } from "./layers";

const BOX = { width: 168, height: 46, across: 24, down: 34 };
const ZOOMS = [0.25, 0.4, 0.6, 0.8, 1, 1.4] as const;
const MARGIN = 16;

interface Point {
  readonly x: number;
  readonly y: number;
}

function optionsOf(layer: Layer): string {
  return Object.entries(layer.options)
    .map(
      ([name, value]) =>
        `${name.replaceAll("_", " ")} ${Array.isArray(value) ? value.join("×") : String(value).toLowerCase()}`,
    )
    .join(", ");
}

function LayerFacts({ layer, index }: { readonly layer: Layer; readonly index: number }) {
  return (
    <dl className="facts card num">
      <dt>Layer</dt>
      <dd>
        {index + 1}: <span className="mono">{layer.op}</span> ({layer.types})
      </dd>
      {layer.name !== "" && (
        <>
          <dt>Name</dt>
          <dd className="mono">{layer.name}</dd>
        </>
      )}
      <dt>Reads</dt>
      <dd className="mono">{layer.inputs.join(", ")}</dd>
      <dt>Gives</dt>
      <dd className="mono">{layer.outputs.join(", ")}</dd>
      {layer.weights_size > 0 && (
        <>
          <dt>Weights</dt>
          <dd>
            {sizeText(layer.weights_size)}: <span className="mono">{layer.weights.join(", ")}</span>
            {layer.quantisation !== null && `, quantised ${layer.quantisation}`}
          </dd>
        </>
      )}
      {Object.keys(layer.options).length > 0 && (
        <>
          <dt>Options</dt>
          <dd>{optionsOf(layer)}</dd>
        </>
      )}
    </dl>
  );
}

export default function ModelGraph({ graph, name }: { readonly graph: DrawnModel["graph"]; readonly name: string }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [chosenIndex, setChosenIndex] = useState<number | null>(null);
  const [view, setView] = useState<"picture" | "list">("picture");
  const [zoom, setZoom] = useState<number>(graph.nodes.length > 60 ? 0.6 : 0.8);
  const holder = useRef<HTMLDivElement>(null);
  const blocks = useMemo(() => blocksOf(graph.nodes, open), [graph, open]);
  const layout = useMemo(() => layoutOf(graph, blocks), [graph, blocks]);
  const folds = useMemo(() => blocksOf(graph.nodes, new Set()).filter((block) => block.times > 1), [graph]);

  const rows = layout.rows + 1;
  const width =
    layout.columns * (BOX.width + BOX.across) + 2 * MARGIN - BOX.across + (layout.columns === 1 ? BOX.across : 0);
  const height = rows * (BOX.height + BOX.down) + 2 * MARGIN;
  // The longest way is one straight line; what stands beside it goes to the right.
  const centreOf = (row: number, column: number): Point => ({
    x: MARGIN + BOX.width / 2 + column * (BOX.width + BOX.across),
    y: MARGIN + row * (BOX.height + BOX.down) + BOX.height / 2,
  });
  const places = new Map<string, Point>();
  for (const [index] of graph.inputs.entries()) places.set(`in ${index}`, centreOf(0, index));
  for (const [index] of graph.outputs.entries()) places.set(`out ${index}`, centreOf(layout.rows, index));
  for (const block of layout.blocks) places.set(block.id, centreOf(block.row, block.column));

  const press = (block: PlacedBlock): void => {
    if (block.times > 1) setOpen(new Set([...open, block.id]));
    else setChosenIndex(block.layers[0] ?? null);
  };
  const step = (direction: 1 | -1): void => {
    const near = ZOOMS.reduce(
      (best, each, index) => (Math.abs(each - zoom) < Math.abs((ZOOMS[best] ?? 1) - zoom) ? index : best),
      0,
    );
    setZoom(ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, near + direction))] ?? 1);
  };
  // The empty canvas is taken by the hand; a finger scrolls by itself.
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    const element = holder.current;
    if (
      element === null ||
      event.pointerType === "touch" ||
      (event.target instanceof Element && event.target.closest("button") !== null)
    )
      return;
    const start = { x: event.clientX + element.scrollLeft, y: event.clientY + element.scrollTop };
    element.setPointerCapture(event.pointerId);
    const move = (next: globalThis.PointerEvent): void =>
      element.scrollTo(start.x - next.clientX, start.y - next.clientY);
    element.addEventListener("pointermove", move);
    element.addEventListener("lostpointercapture", () => element.removeEventListener("pointermove", move), {
      once: true,
    });
  };
  const chosenLayer = chosenIndex === null ? undefined : graph.nodes[chosenIndex];

  return (
    <section className="card">
      <div className="row wrap between">
        <h2>Layers</h2>
        <span className="row wrap">
          {folds.length > 0 && (
            <button
              type="button"
              className="button"
              onClick={() => setOpen(open.size === 0 ? new Set(folds.map((block) => block.id)) : new Set())}
            >
              {open.size === 0 ? "Unfold all" : "Fold repeated layers"}
            </button>
          )}
          {view === "picture" && (
            <span className="row">
              <button type="button" className="button square" aria-label="Smaller" onClick={() => step(-1)}>
                <Minus aria-hidden="true" />
              </button>
              <button type="button" className="button square" aria-label="Larger" onClick={() => step(1)}>
                <Plus aria-hidden="true" />
              </button>
            </span>
          )}
          <span className="segmented" role="group" aria-label="How the layers are shown">
            <button type="button" aria-pressed={view === "picture"} onClick={() => setView("picture")}>
              Picture
            </button>
            <button type="button" aria-pressed={view === "list"} onClick={() => setView("list")}>
              List
            </button>
          </span>
        </span>
      </div>
      {!graph.complete && (
        <p className="small muted">The first {graph.nodes.length.toLocaleString("en-GB")} layers are drawn.</p>
      )}
      {view === "picture" ? (
        <div
          ref={holder}
          className="model-graph"
          tabIndex={0}
          role="region"
          aria-label={`The layers of ${name}, drawn`}
          onPointerDown={onPointerDown}
        >
          <div style={{ width: width * zoom, height: height * zoom }}>
            <div className="model-graph-scale" style={{ width, height, transform: `scale(${zoom})` }}>
              <svg width={width} height={height} aria-hidden="true">
                {layout.edges.map(({ from, to, shape }) => {
                  const [start, end] = [places.get(from), places.get(to)];
                  if (start === undefined || end === undefined) return null;
                  const [top, bottom] = [start.y + BOX.height / 2, end.y - BOX.height / 2];
                  // A wire that skips rows goes round at the side of the boxes between.
                  const skips = bottom - top > BOX.down + 1 && start.x === end.x;
                  const side = start.x + BOX.width / 2 + BOX.across / 2;
                  return (
                    <g key={`${from} ${to}`}>
                      <path
                        d={
                          skips
                            ? `M${start.x} ${top} C${side} ${top + 18} ${side} ${top + 18} ${side} ${top + 40} V${bottom - 40} C${side} ${bottom - 18} ${side} ${bottom - 18} ${end.x} ${bottom}`
                            : `M${start.x} ${top} C${start.x} ${top + 18} ${end.x} ${bottom - 18} ${end.x} ${bottom}`
                        }
                      />
                      {!skips && (
                        <text x={(start.x + end.x) / 2 + 5} y={(top + bottom) / 2 + 4}>
                          {shortShape(shape)}
                        </text>
                      )}
                    </g>
                  );
                })}
              </svg>
              {[
                ...graph.inputs.map((end, index) => ({ ...end, id: `in ${index}` })),
                ...graph.outputs.map((end, index) => ({ ...end, id: `out ${index}` })),
              ].map(({ id, name: label, shape }) => (
                <div
                  key={id}
                  className={id.startsWith("in") ? "layer end capability" : "layer end output"}
                  title={label}
                  style={{
                    left: (places.get(id)?.x ?? 0) - BOX.width / 2,
                    top: (places.get(id)?.y ?? 0) - BOX.height / 2,
                    width: BOX.width,
                    height: BOX.height,
                  }}
                >
                  <b className="cut">{id.startsWith("in") ? "Input" : "Output"}</b>
                  <span className="cut mono">{shape}</span>
                </div>
              ))}
              {layout.blocks.map((block) => {
                const place = places.get(block.id);
                const layer = graph.nodes[block.layers[0] ?? 0];
                if (place === undefined || layer === undefined) return null;
                const isRun = block.times > 1;
                return (
                  <button
                    key={block.id}
                    type="button"
                    className={`layer model${isRun ? " run" : ""}${chosenIndex === block.layers[0] && !isRun ? " on" : ""}`}
                    aria-pressed={isRun ? undefined : chosenIndex === block.layers[0]}
                    title={isRun ? block.ops.map(opName).join(", ") : layer.name}
                    style={{
                      left: place.x - BOX.width / 2,
                      top: place.y - BOX.height / 2,
                      width: BOX.width,
                      height: BOX.height,
                    }}
                    onClick={() => press(block)}
                  >
                    <b className="cut">
                      {isRun
                        ? `${block.times} × ${block.ops.length === 1 ? opName(block.ops[0] ?? "") : `${block.ops.length} layers`}`
                        : opName(layer.op)}
                    </b>
                    <span className="cut mono">
                      {isRun
                        ? block.ops.map(opName).join(", ")
                        : `→ ${shortShape(layer.outputs[0] ?? "")}${layer.weights_size > 0 ? ` · ${sizeText(layer.weights_size)}` : ""}`}
                    </span>
                  </button>
                );
              })}
            </div>
          </div>
        </div>
      ) : (
        <div className="scroll tall" role="region" aria-label={`The layers of ${name}`} tabIndex={0}>
          <table className="num">
            <thead>
              <tr>
                <th>Layer</th>
                <th>Op</th>
                <th>Reads</th>
                <th>Gives</th>
                <th>Weights</th>
                <th>Quantised</th>
              </tr>
            </thead>
            <tbody>
              {graph.nodes.map((layer, index) => (
                <tr key={index}>
                  <td>{index + 1}</td>
                  <td className="mono">{layer.op}</td>
                  <td className="muted">
                    {layer.reads.map((read) => (read < 0 ? `input ${-read}` : read + 1)).join(", ")}
                  </td>
                  <td className="mono">{layer.outputs.join(", ")}</td>
                  <td>{layer.weights_size > 0 ? sizeText(layer.weights_size) : ""}</td>
                  <td className="muted">{layer.quantisation ?? ""}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {view === "picture" && folds.length > 0 && open.size === 0 && (
        <p className="small muted">
          {count(folds.length, "repeated group of layers is", "repeated groups of layers are")} drawn as one box. Press
          it to unfold it.
        </p>
      )}
      <div role="status">
        {chosenLayer !== undefined && chosenIndex !== null && <LayerFacts layer={chosenLayer} index={chosenIndex} />}
      </div>
    </section>
  );
}
