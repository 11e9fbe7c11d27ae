// Pictures from the camera, cropped to the sides that the rune asks for.
import { Camera, SwitchCamera } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { crop, pictureBytes, pictureRequest, type PictureRequest } from "../picture/pixels";
import { pixelsOf } from "../picture/rgba";
import { Live, useLive } from "./live";
import { LiveButton } from "./LiveButton";
import { Seen } from "./Seen";
import type { SourceProps } from "./source";

const FRAME_MILLISECONDS = 100;
/** A frame is first drawn at no more than this many times the asked size: the exact resizing is done on that. */
const OVERSAMPLING = 4;
const LARGEST_SIDE = 512;

export function CameraSource({ request, onInput }: SourceProps) {
  const picture = useMemo(() => pictureRequest(request), [request]);
  const video = useRef<HTMLVideoElement>(null);
  const facing = useRef<"user" | "environment">("environment");
  const [seen, setSeen] = useState<ArrayBuffer | null>(null);
  const [live, state] = useLive(
    () =>
      new Live("camera", async (signal) => {
        const element = video.current;
        if (element === null) return;
        await openCamera(element, facing.current, signal);
        const canvas = document.createElement("canvas");
        const timer = setInterval(() => {
          const bytes = frameOf(element, canvas, picture);
          if (bytes === null) return;
          setSeen(bytes);
          onInput(bytes, true);
        }, FRAME_MILLISECONDS);
        signal.addEventListener("abort", () => clearInterval(timer));
      }),
  );
  const isOn = state.phase !== "off";
  return (
    <>
      {!isOn && <p className="preview-off muted">The camera is off.</p>}
      <div className="preview-picture" hidden={!isOn}>
        <video ref={video} muted playsInline aria-label="What the camera sees" />
        <Seen bytes={seen} picture={picture} />
      </div>
      <LiveButton live={live} state={state} icon={Camera} startText="Start the camera" stopText="Stop the camera">
        {isOn && (
          <button
            type="button"
            className="button"
            onClick={() => {
              facing.current = facing.current === "user" ? "environment" : "user";
              live.start();
            }}
          >
            <SwitchCamera aria-hidden="true" />
            Other camera
          </button>
        )}
      </LiveButton>
    </>
  );
}

async function openCamera(element: HTMLVideoElement, facingMode: string, signal: AbortSignal): Promise<void> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode, width: { ideal: 640 } } });
  const release = () => {
    for (const track of stream.getTracks()) track.stop();
    if (element.srcObject === stream) element.srcObject = null;
  };
  if (signal.aborted) {
    release();
    return;
  }
  signal.addEventListener("abort", release);
  element.srcObject = stream;
  await element.play();
}

function frameOf(video: HTMLVideoElement, canvas: HTMLCanvasElement, picture: PictureRequest): ArrayBuffer | null {
  if (video.videoWidth === 0) return null;
  const part = crop(video.videoWidth, video.videoHeight, picture.width / picture.height);
  const longest = Math.max(picture.width, picture.height);
  const scale = Math.max(1, Math.min(OVERSAMPLING, LARGEST_SIDE / longest, part.width / picture.width));
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return null;
  context.imageSmoothingQuality = "high";
  context.drawImage(video, part.x, part.y, part.width, part.height, 0, 0, canvas.width, canvas.height);
  return pictureBytes(pixelsOf(canvas), picture);
}
