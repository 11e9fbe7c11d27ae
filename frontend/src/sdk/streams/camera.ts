// Pictures as a rune reads them: from the camera, or from anything that a canvas draws.
import type { CapabilityRequest } from "../../runtime/types";
import { crop, pictureBytes, pictureRequest } from "../../preview/picture/pixels";

/** A source that a canvas draws: a picture, a video, a bitmap or another canvas, with its size. */
export interface Picture {
  readonly source: CanvasImageSource;
  readonly width: number;
  readonly height: number;
}

/** The middle of a picture that has the rune's ratio, at the size and with the channels that the rune reads. */
export function pictureInput({ source, width, height }: Picture, request: CapabilityRequest): ArrayBuffer {
  const targetPicture = pictureRequest(request);
  const part = crop(width, height, targetPicture.width / targetPicture.height);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(part.width));
  canvas.height = Math.max(1, Math.round(part.height));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("This browser draws no pictures.");
  context.drawImage(source, part.x, part.y, part.width, part.height, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return pictureBytes({ width: canvas.width, height: canvas.height, channels: 4, data }, targetPicture);
}

/** Waits for the next picture on the page, or for the end of the signal: a page that is hidden shows none. */
function nextFrame(signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      cancelAnimationFrame(frame);
      signal?.removeEventListener("abort", go);
      resolve();
    };
    const frame = requestAnimationFrame(go);
    signal?.addEventListener("abort", go);
  });
}

/** Yields what the camera sees until the signal ends or the caller leaves the loop. `video` shows it, if one is given. */
export async function* cameraPictures(
  request: CapabilityRequest,
  signal?: AbortSignal,
  video: HTMLVideoElement = document.createElement("video"),
): AsyncGenerator<ArrayBuffer> {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment", width: { ideal: 640 } },
  });
  try {
    video.muted = true;
    video.playsInline = true;
    video.srcObject = stream;
    await video.play();
    while (stream.active) {
      await nextFrame(signal);
      if (signal?.aborted === true) return;
      if (video.videoWidth > 0)
        yield pictureInput({ source: video, width: video.videoWidth, height: video.videoHeight }, request);
    }
  } finally {
    video.srcObject = null;
    stream.getTracks().forEach((track) => track.stop());
  }
}
