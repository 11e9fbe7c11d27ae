// The part of the canvas in sight: from its beginning in its own size, or all of it as far as that can be read, and
// always the stage in question. Pure.
import type { PipelineLayout, PlacedNode } from "../../../pipeline";

export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The room that stays free at the edges, in pixels: for the buttons that lie over the canvas, and some air. */
export interface Edges {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const ALONE: Edges = { left: 28, right: 28, top: 56, bottom: 56 };
/** Its one button stands at the left. */
const STRIP: Edges = { left: 50, right: 20, top: 14, bottom: 14 };

/** The smallest zoom there is, for those who ask for it; names cannot be read at it. */
export const FARTHEST = 0.2;
/** The smallest zoom that is come to without being asked for. */
export const LEAST = 0.8;

export function edgesOf(isStrip: boolean): Edges {
  return isStrip ? STRIP : ALONE;
}

/** The width that a picture may have in a canvas. */
export function freeWidth({ width }: Size, { left, right }: Edges): number {
  return Math.max(0, width - left - right);
}

/** Where to place it: in the middle, or at the beginning of what is larger than the canvas. */
function viewportAtZoom(
  layout: Pick<PipelineLayout, "width" | "height">,
  size: Size,
  edges: Edges,
  zoom: number,
): Viewport {
  const start = (space: number, length: number, before: number, after: number): number =>
    Math.round(Math.max((space - length * zoom) / 2 + (before - after) / 2, before));
  return {
    x: start(size.width, layout.width, edges.left, edges.right),
    y: start(size.height, layout.height, edges.top, edges.bottom),
    zoom,
  };
}

/** In its own size, in which all text can be read: the layout has broken it into rows that have room. */
export function frameOf(layout: Pick<PipelineLayout, "width" | "height">, size: Size, edges: Edges): Viewport {
  return viewportAtZoom(layout, size, edges, 1);
}

/** As much of it as can be seen at a zoom at which it can be read. */
export function wholeOf(layout: Pick<PipelineLayout, "width" | "height">, size: Size, edges: Edges): Viewport {
  const whole = Math.min(
    (size.width - edges.left - edges.right) / layout.width,
    (size.height - edges.top - edges.bottom) / layout.height,
  );
  return viewportAtZoom(layout, size, edges, Math.max(LEAST, Math.min(1, whole)));
}

/** Whether two are the same to the eye. */
export function isSame(one: Viewport, other: Viewport): boolean {
  return Math.abs(one.zoom - other.zoom) < 0.001 && Math.abs(one.x - other.x) < 0.5 && Math.abs(one.y - other.y) < 0.5;
}

/** Moved as little as shows the stage. */
export function viewportShowing(
  viewport: Viewport,
  node: Pick<PlacedNode, "x" | "y" | "width" | "height">,
  size: Size,
  edges: Edges,
): Viewport {
  const shift = (offset: number, from: number, length: number, least: number, most: number): number => {
    const [first, last] = [from * viewport.zoom + offset, (from + length) * viewport.zoom + offset];
    if (first < least) return offset + least - first;
    if (last > most) return offset - Math.min(last - most, first - least);
    return offset;
  };
  return {
    zoom: viewport.zoom,
    x: shift(viewport.x, node.x, node.width, edges.left, size.width - edges.right),
    y: shift(viewport.y, node.y, node.height, edges.top, size.height - edges.bottom),
  };
}
