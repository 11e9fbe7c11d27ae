// The drawn pipeline: stages, ports and wires that can be pressed, drawn and walked through. It decides nothing: what was
// meant is reported to its owner.
import type { OutlineWire } from "../../../api/schema";
import { ConnectionMode, ReactFlow, useReactFlow, type FinalConnectionState } from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import {
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  type DragEvent,
  type KeyboardEvent,
  type ReactNode,
} from "react";
import type { PortEnd } from "./connecting";
import type { PipelineLayout } from "../../../pipeline";
import { StageNode, type StageFlowNode } from "./StageNode";
import { FARTHEST, edgesOf, frameOf, isSame, viewportShowing, type Size, type Viewport } from "./viewport";
import { WireEdge, type WireFlowEdge } from "./WireEdge";

const NODE_TYPES = { stage: StageNode };
const EDGE_TYPES = { wire: WireEdge };
const ATTRIBUTION = { hideAttribution: true };
/** Beyond these stages only what is in sight is in the page. */
const MANY = 60;

/** The element under a dragged one: a wire, a stage, or neither. */
export interface DropTarget {
  readonly wire: string | null;
  readonly stage: string | null;
}

export interface Gestures {
  readonly onStage: (name: string) => void;
  readonly onOpen: (name: string) => void;
  readonly onWire: (wire: OutlineWire) => void;
  readonly onGround: () => void;
  readonly onBegin: (from: PortEnd) => void;
  /** The wire on its way ends at a port, somewhere on a stage, or nowhere. */
  readonly onEnd: (to: PortEnd | { readonly stage: string } | null) => void;
  /** An end of a wire is taken; it is let go by `onEnd`. The other end, `fixedEnd`, stays. */
  readonly onDetach: (wire: OutlineWire, fixedEnd: PortEnd) => void;
  readonly onKey: (event: KeyboardEvent) => void;
  /** Something that is dragged hangs over the canvas; answers whether it is taken here. */
  readonly onHang: (event: DragEvent, over: DropTarget) => boolean;
  /** The dragged item has left the canvas. */
  readonly onLeave: () => void;
  readonly onDrop: (event: DragEvent, over: DropTarget) => void;
}

interface CanvasProps extends Gestures {
  readonly layout: PipelineLayout;
  readonly nodes: StageFlowNode[];
  readonly edges: WireFlowEdge[];
  readonly selectedStage: string | null;
  /** The size of the canvas, once it is known. */
  readonly size: Size | null;
  readonly onSize: (size: Size) => void;
  /** True if it is the low strip above the text. */
  readonly isStrip: boolean;
  readonly readOnly: boolean;
  /** The pipeline in words, a sentence for each stage. */
  readonly descriptions: readonly string[];
  readonly fits: (from: PortEnd, to: PortEnd) => boolean;
  readonly children: ReactNode;
}

/** A port by what React Flow tells of a handle. */
function portOf(stage: string | null, id: string | null | undefined, type: string | null | undefined): PortEnd | null {
  const index = Number((id ?? "").split(" ")[1]);
  return stage === null || !Number.isInteger(index)
    ? null
    : { stage, index, side: type === "source" ? "output" : "input" };
}

function stageAtPointer(event: MouseEvent | TouchEvent): string | null {
  const touch = "changedTouches" in event ? event.changedTouches[0] : event;
  const element = touch === undefined ? null : document.elementFromPoint(touch.clientX, touch.clientY);
  return element?.closest(".react-flow__node")?.querySelector<HTMLElement>("[data-stage]")?.dataset["stage"] ?? null;
}

function dropTargetOf(event: DragEvent): DropTarget {
  const target = event.target instanceof Element ? event.target : null;
  const wire =
    target?.closest<HTMLElement>("[data-wire]")?.dataset["wire"] ??
    target?.closest<HTMLElement>(".react-flow__edge")?.dataset["id"] ??
    null;
  return { wire, stage: target?.closest<HTMLElement>(".react-flow__node")?.dataset["id"] ?? null };
}

export function Canvas(props: CanvasProps) {
  const { layout, nodes, edges, selectedStage, size, isStrip, readOnly } = props;
  const flow = useReactFlow();
  const holder = useRef<HTMLDivElement>(null);
  /** Where this put the picture last; elsewhere someone has put it, by hand or with a button. */
  const lastViewport = useRef<Viewport | null>(null);
  const moved = useRef(false);

  const measure = useEffectEvent(() => {
    // React Flow hears of another size later than this.
    const { clientWidth: width, clientHeight: height } = holder.current ?? { clientWidth: 0, clientHeight: 0 };
    if (width > 0 && height > 0 && (size === null || size.width !== width || size.height !== height))
      props.onSize({ width, height });
  });
  useLayoutEffect(() => {
    if (holder.current === null) return;
    measure();
    const observer = new ResizeObserver(() => requestAnimationFrame(() => measure()));
    observer.observe(holder.current);
    return () => observer.disconnect();
  }, []);

  const look = useEffectEvent(() => {
    if (size === null || layout.nodes.length === 0) return;
    const here = layout.nodes.find((each) => each.node.name === selectedStage) ?? null;
    const now = flow.getViewport();
    const frame = edgesOf(isStrip);
    if (lastViewport.current !== null && !isSame(lastViewport.current, now)) moved.current = true;
    const before = !moved.current ? frameOf(layout, size, frame) : now;
    lastViewport.current = here === null ? before : viewportShowing(before, here, size, frame);
    void flow.setViewport(lastViewport.current);
  });
  // The picture is where it belongs until someone looks elsewhere; then at least what is selected is in sight.
  useEffect(() => look(), [layout, selectedStage]);
  // In another room it is another picture: where one looked before is no place in it.
  useEffect(() => {
    lastViewport.current = null;
    moved.current = false;
    look();
  }, [size, isStrip]);

  const end = (event: MouseEvent | TouchEvent, { toHandle }: FinalConnectionState): void => {
    const stage = stageAtPointer(event);
    const to = toHandle === null ? null : portOf(toHandle.nodeId, toHandle.id, toHandle.type);
    props.onEnd(to ?? (stage === null ? null : { stage }));
  };

  return (
    <div
      ref={holder}
      className="graph-canvas"
      role="group"
      aria-label="Pipeline"
      onKeyDown={props.onKey}
      onDragOver={(event) => {
        if (props.onHang(event, dropTargetOf(event))) event.preventDefault();
      }}
      onDragLeave={(event) => {
        if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)))
          props.onLeave();
      }}
      onDrop={(event) => props.onDrop(event, dropTargetOf(event))}
    >
      <ol className="aloud" aria-label="The stages and what each reads">
        {props.descriptions.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ol>
      <svg className="graph-marks" aria-hidden="true">
        <defs>
          <marker
            id="graph-arrow"
            viewBox="0 0 6 8"
            refX="6"
            refY="4"
            markerWidth="6"
            markerHeight="8"
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path d="M0 0 6 4 0 8Z" />
          </marker>
        </defs>
      </svg>
      <ReactFlow<StageFlowNode, WireFlowEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        proOptions={ATTRIBUTION}
        minZoom={FARTHEST}
        maxZoom={2}
        onlyRenderVisibleElements={nodes.length > MANY}
        nodesDraggable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        nodesConnectable={!readOnly}
        edgesReconnectable={!readOnly}
        elementsSelectable={false}
        disableKeyboardA11y
        connectOnClick={false}
        connectionMode={ConnectionMode.Strict}
        connectionRadius={24}
        connectionDragThreshold={4}
        reconnectRadius={9}
        panOnScroll
        zoomOnDoubleClick={false}
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        panActivationKeyCode={null}
        zoomActivationKeyCode={null}
        isValidConnection={({ source, target, sourceHandle, targetHandle }) => {
          const [from, to] = [portOf(source, sourceHandle, "source"), portOf(target, targetHandle, "target")];
          return from !== null && to !== null && props.fits(from, to);
        }}
        onNodeClick={(_, node) => props.onStage(node.id)}
        onNodeDoubleClick={(_, node) => props.onOpen(node.id)}
        onEdgeClick={(_, edge) => edge.data !== undefined && props.onWire(edge.data.wire)}
        onPaneClick={props.onGround}
        onConnectStart={(_, { nodeId, handleId, handleType }) => {
          const from = portOf(nodeId, handleId, handleType);
          if (from !== null) props.onBegin(from);
        }}
        onConnectEnd={end}
        onReconnectStart={(_, edge, fixedType) => {
          const wire = edge.data?.wire;
          if (wire !== undefined)
            props.onDetach(
              wire,
              fixedType === "source"
                ? { stage: wire.source, index: wire.source_index, side: "output" }
                : { stage: wire.target, index: wire.target_index, side: "input" },
            );
        }}
      >
        {props.children}
      </ReactFlow>
    </div>
  );
}
