// Where an arrow key leads in the graph: along a wire where there is one, else to the nearest stage on that side. Pure.
import type { OutlineWire } from "../../../api/schema";
import type { PipelineLayout, PlacedNode } from "../../../pipeline";

export type Direction = "left" | "right" | "up" | "down" | "first" | "last";

const KEYS: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "first",
  End: "last",
};

export function directionOf(key: string): Direction | null {
  return KEYS[key] ?? null;
}

function middle(node: PlacedNode): { readonly x: number; readonly y: number } {
  return { x: node.x + node.width / 2, y: node.y + node.height / 2 };
}

/** In reading order: by rows and columns, then from the top. */
function inOrder(nodes: readonly PlacedNode[]): readonly PlacedNode[] {
  return nodes.toSorted((one, other) => one.row - other.row || middle(one).x - middle(other).x || one.y - other.y);
}

/** The name of the stage that is reached from `name`; null when there is none on that side. */
export function neighbour(layout: PipelineLayout, name: string, direction: Direction): string | null {
  const nodes = new Map(layout.nodes.map((each) => [each.node.name, each]));
  const here = nodes.get(name);
  if (direction === "first" || direction === "last" || here === undefined)
    return inOrder(layout.nodes).at(direction === "last" ? -1 : 0)?.node.name ?? null;
  const from = middle(here);
  if (direction === "left" || direction === "right") {
    const along = layout.wires
      .filter(({ wire }) => (direction === "right" ? wire.source : wire.target) === name)
      .map(({ wire }) => nodes.get(direction === "right" ? wire.target : wire.source));
    const near = along
      .filter((each) => each !== undefined)
      .toSorted((one, other) => Math.abs(middle(one).y - from.y) - Math.abs(middle(other).y - from.y));
    if (near[0] !== undefined) return near[0].node.name;
  }
  const ahead = (each: PlacedNode): number => {
    const to = middle(each);
    return { left: from.x - to.x, right: to.x - from.x, up: from.y - to.y, down: to.y - from.y }[direction];
  };
  const aside = (each: PlacedNode): number =>
    Math.abs(direction === "left" || direction === "right" ? middle(each).y - from.y : middle(each).x - from.x);
  const candidates = layout.nodes
    .filter((each) => each !== here && ahead(each) > 1)
    .toSorted((one, other) => ahead(one) + 2 * aside(one) - (ahead(other) + 2 * aside(other)));
  return candidates[0]?.node.name ?? null;
}

/** The wire after `last` among those of a stage: into it first, then out of it, and round again. Null when it has none. */
export function wireAfter(wires: readonly OutlineWire[], name: string, last: OutlineWire | null): OutlineWire | null {
  const own = [...wires.filter((wire) => wire.target === name), ...wires.filter((wire) => wire.source === name)];
  const here = own.findIndex(
    (wire) => last !== null && wire.target === last.target && wire.target_index === last.target_index,
  );
  return own[(here + 1) % own.length] ?? null;
}
