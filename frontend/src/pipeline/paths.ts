// A wire as an SVG path. Pure.

export interface PathPoint {
  readonly x: number;
  readonly y: number;
}

/** Half the way that a bend takes. */
const TURN = 20;
/** The radius of a corner. */
const CORNER = 7;

function isStraight(from: PathPoint, to: PathPoint): boolean {
  return from.x === to.x || from.y === to.y;
}

/** From `from` towards `to`, at most half the way. */
function along(from: PathPoint, to: PathPoint, far: number): PathPoint {
  const length = Math.abs(to.x - from.x) + Math.abs(to.y - from.y);
  const part = length === 0 ? 0 : Math.min(far, length / 2) / length;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

/** Through the points: straight where two are level or above each other, with round corners; else with a smooth bend that
 * ends level. */
export function pathOf(points: readonly PathPoint[]): string {
  const [start, ...rest] = points;
  if (start === undefined) return "";
  let path = `M${start.x} ${start.y}`;
  let from = start;
  for (const [index, to] of rest.entries()) {
    const next = rest[index + 1];
    if (isStraight(from, to)) {
      const turns = next !== undefined && isStraight(to, next) && (from.x === to.x) !== (to.x === next.x);
      if (turns) {
        const [before, after] = [along(to, from, CORNER), along(to, next, CORNER)];
        path += ` L${before.x} ${before.y} Q${to.x} ${to.y} ${after.x} ${after.y}`;
      } else path += ` L${to.x} ${to.y}`;
    } else {
      const turn = from.x + Math.min((to.x - from.x) / 2, TURN);
      path += ` C${turn} ${from.y} ${turn} ${to.y} ${from.x + 2 * (turn - from.x)} ${to.y} L${to.x} ${to.y}`;
    }
    from = to;
  }
  return path;
}

/** Without the points that a straight line passes anyway, and each once. */
export function simplified(points: readonly PathPoint[]): readonly PathPoint[] {
  const corners: PathPoint[] = [];
  for (const point of points) {
    const [before, last] = [corners.at(-2), corners.at(-1)];
    if (last !== undefined && last.x === point.x && last.y === point.y) continue;
    const isPassed =
      before !== undefined &&
      last !== undefined &&
      ((before.x === last.x && last.x === point.x) || (before.y === last.y && last.y === point.y));
    if (isPassed) corners.pop();
    corners.push(point);
  }
  return corners;
}
