// The script of /frame/, a sandboxed page of opaque origin. It starts a page worker from the text that its parent posts,
// hands it the parent's port, and can end it. It reads nothing else and speaks to nobody else.
import type { FrameRequest } from "../types";
import { PreparedWorker } from "./prepared-worker";

let worker: Worker | null = null;
const preparedWorker = new PreparedWorker((text) => {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const newWorker = new Worker(address);
  URL.revokeObjectURL(address);
  return newWorker;
});

addEventListener("message", ({ source, data }: MessageEvent<FrameRequest>) => {
  if (source !== parent) return;
  if (data.type === "prepare") {
    preparedWorker.prepare(data.worker);
    return;
  }
  worker?.terminate();
  worker = data.type === "start" ? preparedWorker.take(data.worker) : null;
  if (data.type === "start") worker?.postMessage(null, [data.port]);
});
