// The motion that the model judged: the last seconds as three lines, one for each axis, with the window of the current answer framed and
// named, and those of earlier answers in grey frames.
import { useCallback, useRef } from "react";
import { AxisLegend } from "../sources/views/AxisLegend";
import { drawRows } from "../sources/views/draw-rows";
import { Strip, type StripProps } from "./strip";

export function MotionStrip(props: StripProps) {
  const { heard } = props;
  const lines = useRef<HTMLCanvasElement>(null);
  const draw = useCallback(() => {
    const rows = heard.rows().slice(-heard.count);
    if (lines.current !== null) drawRows(lines.current, rows, heard.shown);
  }, [heard]);
  return (
    <>
      <Strip {...props} onDraw={draw}>
        <canvas ref={lines} className="heard-motion" width={1080} height={200} />
      </Strip>
      <AxisLegend />
    </>
  );
}
