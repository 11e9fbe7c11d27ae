// What of the canvas is in sight: all of it where that can be read, and always the stage that is meant. Pure.
import type { Placed, PlacedNode } from "./layout";

export interface Sight {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

interface Room {
  readonly width: number;
  readonly height: number;
}

const MARGIN = 24;
/** Below these names cannot be read: then a part is shown, from its beginning. */
const STRIP_LEAST = 0.7;
const LEAST = 0.6;

/** The smallest zoom there is. */
export const FARTHEST = 0.2;

/** The zoom that shows everything as far as it can be read, or `everything` at any cost, and where to stand. */
export function frameOf(placed: Pick<Placed, "width" | "height">, room: Room, isStrip: boolean, everything = false): Sight {
  const whole = Math.min((room.width - 2 * MARGIN) / placed.width, (room.height - 2 * MARGIN) / placed.height);
  const zoom = Math.max(everything ? FARTHEST : isStrip ? STRIP_LEAST : LEAST, Math.min(1, whole));
  const start = (space: number, size: number): number => Math.round(Math.max((space - size * zoom) / 2, MARGIN));
  return { x: start(room.width, placed.width), y: start(room.height, placed.height), zoom };
}

/** Whether two are the same to the eye. */
export function isSame(one: Sight, other: Sight): boolean {
  return Math.abs(one.zoom - other.zoom) < 0.001 && Math.abs(one.x - other.x) < 0.5 && Math.abs(one.y - other.y) < 0.5;
}

/** Moved as little as shows the stage. */
export function revealed(sight: Sight, node: Pick<PlacedNode, "x" | "y" | "width" | "height">, room: Room): Sight {
  const shift = (offset: number, from: number, size: number, space: number): number => {
    const [first, last] = [from * sight.zoom + offset, (from + size) * sight.zoom + offset];
    if (first < MARGIN) return offset + MARGIN - first;
    if (last > space - MARGIN) return offset - Math.min(last - space + MARGIN, first - MARGIN);
    return offset;
  };
  return { zoom: sight.zoom, x: shift(sight.x, node.x, node.width, room.width), y: shift(sight.y, node.y, node.height, room.height) };
}
