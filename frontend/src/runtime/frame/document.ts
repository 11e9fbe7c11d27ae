// The script of /frame/, a sandboxed page of opaque origin. It starts a page worker from the text that its parent posts,
// hands it the parent's port, and can end it. It reads nothing else and speaks to nobody else.
import type { FrameRequest } from "../types";

let worker: Worker | null = null;

function stop(): void {
  worker?.terminate();
  worker = null;
}

addEventListener("message", ({ source, data }: MessageEvent<FrameRequest>) => {
  if (source !== parent) return;
  stop();
  if (data.type !== "start") return;
  const address = URL.createObjectURL(new Blob([data.worker], { type: "text/javascript" }));
  worker = new Worker(address);
  worker.postMessage(null, [data.port]);
  URL.revokeObjectURL(address);
});
