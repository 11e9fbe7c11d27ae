// Strokes of a pen on a square sheet, and how they become lines. Points are 0 to 1 on both sides.

export interface StrokePoint {
  readonly x: number;
  readonly y: number;
}

export type Stroke = readonly StrokePoint[];

/** The pen's width beside the sheet's: about two of 28 pixels, as handwriting in the usual data sets has. */
export const PEN = 0.08;

/** Black on white, thick and round; corners of the hand's path are smoothed. */
export function drawStrokes(canvas: HTMLCanvasElement, strokes: readonly Stroke[]): void {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return;
  const { width, height } = canvas;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.strokeStyle = "#000";
  context.fillStyle = "#000";
  context.lineWidth = PEN * width;
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const stroke of strokes) {
    const points = stroke.map(({ x, y }) => ({ x: x * width, y: y * height }));
    const [first] = points;
    if (first === undefined) continue;
    if (points.length === 1) {
      context.beginPath();
      context.arc(first.x, first.y, context.lineWidth / 2, 0, 2 * Math.PI);
      context.fill();
      continue;
    }
    context.beginPath();
    context.moveTo(first.x, first.y);
    points.slice(1).forEach((point, index) => {
      const before = points[index] ?? first;
      context.quadraticCurveTo(before.x, before.y, (before.x + point.x) / 2, (before.y + point.y) / 2);
    });
    const last = points.at(-1) ?? first;
    context.lineTo(last.x, last.y);
    context.stroke();
  }
}

/** The strokes after the pen moved to a point; a stroke under way goes on. */
export function extended(strokes: readonly Stroke[], point: StrokePoint, isNew: boolean): Stroke[] {
  const last = strokes.at(-1);
  if (isNew || last === undefined) return [...strokes, [point]];
  return [...strokes.slice(0, -1), [...last, point]];
}

export function clamped({ x, y }: StrokePoint): StrokePoint {
  return { x: Math.max(0, Math.min(1, x)), y: Math.max(0, Math.min(1, y)) };
}
