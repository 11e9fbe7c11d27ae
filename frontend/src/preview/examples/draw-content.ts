// The content of a recording as a small picture: its wave, its picture or its three lines.
import type { CapabilityRequest } from "../../runtime";
import { pictureRequest } from "../picture/pixels";
import { drawInputPicture } from "../picture/rgba";
import type { Content } from "../recordings/capture/recording";
import { drawRows, SHOWN_ROWS } from "../sources/views/draw-rows";
import { drawWave } from "../sources/views/draw-wave";

export function drawContent(canvas: HTMLCanvasElement, content: Content, request: CapabilityRequest): void {
  switch (content.kind) {
    case "sound":
      drawWave(canvas, content.samples, 0);
      break;
    case "motion": {
      const step = Math.max(1, content.rows.length / SHOWN_ROWS);
      const count = Math.min(SHOWN_ROWS, content.rows.length);
      const rows = Array.from({ length: count }, (_, index) => content.rows[Math.floor(index * step)]);
      drawRows(
        canvas,
        rows.filter((row) => row !== undefined),
      );
      break;
    }
    case "picture": {
      const [frame] = content.frames;
      if (frame !== undefined) drawInputPicture(canvas, frame, pictureRequest(request));
    }
  }
}
