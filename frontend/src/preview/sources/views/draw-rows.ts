// Motion as three lines, x, y and z, newest at the right.
import type { MotionRow } from "../../motion/motion";

export const SHOWN_ROWS = 120;

/** Colour is not the only sign: each axis has its own line style, as `AxisLegend` says. */
const LINES = ["--output", "--ok", "--info"];
const DASHES: readonly (readonly number[])[] = [[], [12, 6], [4, 6]];
const LARGEST = 25;

/** `shown`: rows that the canvas has room for; fewer of them end at the right where it is given. */
export function drawRows(canvas: HTMLCanvasElement, rows: readonly MotionRow[], shown?: number): void {
  const room = shown ?? SHOWN_ROWS;
  const first = shown === undefined ? 0 : Math.max(0, room - rows.length);
  const context = canvas.getContext("2d");
  if (context === null) return;
  const { width, height } = canvas;
  const style = getComputedStyle(canvas);
  context.clearRect(0, 0, width, height);
  context.lineWidth = 3;
  LINES.forEach((colour, axis) => {
    context.strokeStyle = style.getPropertyValue(colour);
    context.setLineDash([...(DASHES[axis] ?? [])]);
    context.beginPath();
    rows.slice(-room).forEach((row, index) => {
      const y = height / 2 - ((row[axis] ?? 0) / LARGEST) * (height / 2);
      context.lineTo(((first + index) / Math.max(1, room - 1)) * width, y);
    });
    context.stroke();
  });
}
