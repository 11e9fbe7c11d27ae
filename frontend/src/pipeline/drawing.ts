// The picture of a pipeline on a page: drawn into an element, as wide as that is, and again when its width changes.
import { condensed } from "./condense";
import { FULL, PHONE, ROW, SMALL, withSlots } from "./form";
import { place, type PipelineLayout, type PlacedNode, type PlacedWire } from "./layout";
import { pathOf } from "./paths";
import { KIND_WORDS } from "./description";
import type { Pipeline } from "./types";

const SVG = "http://www.w3.org/2000/svg";
/** The height in pixels that a small picture may have before stages are drawn as one. */
const SMALL_MOST = 132;
/** The room in pixels below which a picture is drawn as for a phone. */
const PHONE_BELOW = 420;
/** The room that marks need around the nodes. */
const MARGIN = 5;
const ARROW = "M-6 -4 0 0 -6 4Z";
/** The places in which nodes show what their stages give, by the names of the stages. */
export type Slots = ReadonlyMap<string, HTMLElement>;
/** How to stop the drawing that an element has. */
const drawings = new WeakMap<HTMLElement, () => void>();

function element(tag: string, className: string, text = ""): HTMLElement {
  const created = document.createElement(tag);
  created.className = className;
  created.textContent = text;
  return created;
}

/** A place for each stage; the code that fills them keeps them while the picture is drawn anew. */
export function slotsOf({ nodes }: Pipeline): Slots {
  return new Map(
    nodes.map(({ name }) => {
      const slot = element("span", "node-value");
      slot.dataset["stage"] = name;
      return [name, slot];
    }),
  );
}

function nodeElement({ node, x, y, width, height }: PlacedNode, hasDetail: boolean, slot?: HTMLElement): HTMLElement {
  const created = element("div", `node ${node.kind} ${node.mark ?? ""}`);
  created.title = node.title === undefined ? `${node.name}: ${KIND_WORDS[node.kind]} ${node.detail}` : node.detail;
  Object.assign(created.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
  created.append(element("b", "", node.title ?? node.name));
  if (hasDetail) created.append(element("span", "", node.detail));
  if (hasDetail && (node.note ?? "") !== "") created.append(element("small", "", node.note));
  if (slot !== undefined) created.append(slot);
  return created;
}

function svgElement(tag: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const created = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
  return created;
}

function wireElements({ wire, points }: PlacedWire): readonly SVGElement[] {
  const end = points.at(-1) ?? { x: 0, y: 0 };
  return [
    svgElement("path", {
      class: `pipeline-wire ${wire.mark ?? ""}`,
      d: pathOf(points),
      "data-from": wire.source,
      "data-to": wire.target,
    }),
    svgElement("path", { class: "pipeline-arrow", d: ARROW, transform: `translate(${end.x} ${end.y})` }),
  ];
}

function labelElement({ wire, label, text }: PlacedWire): HTMLElement {
  const created = element("span", `pipeline-type ${wire.mark ?? ""}`, text);
  Object.assign(created.style, { left: `${label.x}px`, top: `${label.y - 10}px` });
  return created;
}

/** The labels to draw: where wires of one output go the same way, what flows is said once. */
function labelledWires(wires: readonly PlacedWire[]): readonly PlacedWire[] {
  const keys = new Set<string>();
  return wires.filter(({ wire, label, text, isBetween }) => {
    const key = JSON.stringify([wire.source, wire.source_index, wire.mark, label.y]);
    if (text === "" || (isBetween && keys.has(key))) return false;
    keys.add(key);
    return true;
  });
}

function picture(layout: PipelineLayout, hasDetail: boolean, slots?: Slots): HTMLElement {
  const created = element("div", "pipeline-picture");
  created.setAttribute("aria-hidden", "true");
  Object.assign(created.style, { width: `${layout.width}px`, height: `${layout.height}px`, margin: `${MARGIN}px` });
  const wires = svgElement("svg", { width: String(layout.width), height: String(layout.height) });
  wires.append(...layout.wires.flatMap(wireElements));
  created.append(
    wires,
    ...layout.nodes.map((node) => nodeElement(node, hasDetail, slots?.get(node.node.name))),
    ...labelledWires(layout.wires).map(labelElement),
  );
  return created;
}

/** One row without the types of wires rather than two with them: the order of the stages is seen at once. */
function largeLayout(pipeline: Pipeline, room: number): PipelineLayout {
  if (room < PHONE_BELOW) return place(pipeline, { size: room, form: PHONE });
  const full = place(pipeline, { size: room });
  if (full.nodes.every(({ row }) => row === 0)) return full;
  const bare = place(pipeline, { size: room, form: ROW });
  return bare.nodes.every(({ row }) => row === 0) ? bare : full;
}

/** Values of stages say more than the types of the wires, and their nodes are high: returns the lower of both pictures. */
function layoutWithSlots(pipeline: Pipeline, room: number): PipelineLayout {
  const forms = room < PHONE_BELOW ? [PHONE] : [FULL, ROW];
  const layouts = forms.map((form) => place(pipeline, { size: room, form: withSlots(form) }));
  return layouts.reduce((lowest, each) => (each.height < lowest.height ? each : lowest));
}

/** The picture of a pipeline in so much room; a small one stands for all stages, some of them perhaps drawn as one. */
export function layoutIn(pipeline: Pipeline, room: number, isSmall: boolean, hasSlots = false): PipelineLayout {
  if (!isSmall) return hasSlots ? layoutWithSlots(pipeline, room) : largeLayout(pipeline, room);
  const small = (each: Pipeline): PipelineLayout => place(each, { size: room, form: SMALL });
  return small(
    condensed(pipeline, (each) => {
      const { width, height } = small(each);
      return width <= room && height <= SMALL_MOST;
    }),
  );
}

/**
 * Draws into `host` from now on, in place of what was drawn there before, in the room that it has; answers how to stop.
 * Other elements of `host` stay there.
 */
export function drawPipeline(host: HTMLElement, pipeline: Pipeline, isSmall: boolean, slots?: Slots): () => void {
  drawings.get(host)?.();
  let current: HTMLElement | null = null;
  let last = 0;
  const draw = (): void => {
    const room = Math.floor(host.clientWidth) - 2 * MARGIN;
    if (room <= 0 || room === last) return;
    last = room;
    const next = picture(
      layoutIn(pipeline, room, isSmall, slots !== undefined),
      (isSmall ? SMALL : FULL).hasDetail,
      slots,
    );
    if (current === null) host.append(next);
    else current.replaceWith(next);
    current = next;
  };
  const observer = new ResizeObserver(draw);
  observer.observe(host);
  draw();
  const stop = (): void => {
    observer.disconnect();
    current?.remove();
  };
  drawings.set(host, stop);
  return stop;
}
