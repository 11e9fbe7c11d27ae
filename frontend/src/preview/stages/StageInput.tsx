// The input of a sensor's stage in the newest run: the wave, the picture or the three lines, in the room of a stage.
import { useEffect, useRef } from "react";
import type { CapabilityRequest } from "../../runtime";
import { drawContent } from "../examples/draw-content";
import { contentOf } from "../recordings/of-run";
import { latestOf, shownBytes } from "../recordings/PlayedInput";

interface Props {
  readonly request: CapabilityRequest;
  readonly bytes: ArrayBuffer;
}

const [WIDTH, HEIGHT] = [144, 64];

export function StageInput({ request, bytes }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef<ArrayBuffer>(null);
  useEffect(() => {
    latest.current = latestOf(latest.current, bytes, shownBytes(request));
    const content = contentOf(request, latest.current);
    if (canvas.current !== null && content !== null) drawContent(canvas.current, content, request);
  }, [request, bytes]);
  return <canvas ref={canvas} width={WIDTH} height={HEIGHT} />;
}
