// The motion that the rune is given, as three lines.
import { useEffect, useRef } from "react";
import { useHeard } from "../../heard/context";
import { HeardStrip } from "../../heard/HeardStrip";
import type { MotionRow } from "../../motion/motion";
import { AxisLegend } from "./AxisLegend";
import { drawRows } from "./draw-rows";

interface Props {
  /** The newest rows, where there is no preview that has the last seconds. */
  readonly rows?: readonly MotionRow[];
  /** Whether a sensor is on. */
  readonly isLive?: boolean;
}

/** Draws the last seconds with their answers in a preview, and the newest rows alone elsewhere. */
export function MotionView({ rows = [], isLive = false }: Props) {
  const sound = useHeard();
  return sound === null ? <NewestRows rows={rows} /> : <HeardStrip sound={sound} isLive={isLive} />;
}

function NewestRows({ rows }: { readonly rows: readonly MotionRow[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current !== null) drawRows(canvas.current, rows);
  }, [rows]);
  return (
    <>
      <canvas ref={canvas} className="preview-motion" width={684} height={160} aria-hidden="true" />
      <AxisLegend />
    </>
  );
}
