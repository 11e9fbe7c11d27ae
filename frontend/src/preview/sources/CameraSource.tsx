// Pictures from the camera of one's choice, cropped to the sides that the rune asks for, mirrored if wished.
import { Camera, FlipHorizontal2 } from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { pictureMaker } from "../picture/maker";
import { pictureRequest, type PictureRequest } from "../picture/pixels";
import { RecordButton } from "../takes/RecordButton";
import { useRecorder } from "../takes/recorder";
import { pictureRecording } from "../takes/recording";
import { Live, useLive } from "./live";
import { LiveButton } from "./LiveButton";
import { lostProblem } from "./problems";
import { Seen } from "./Seen";
import type { SourceProps } from "./source";

const FRAME_MILLISECONDS = 100;

/** Which camera: one of those that the browser names, or by where it looks, as long as none has a name. */
interface Wish {
  readonly deviceId: string | null;
  readonly isMirrored: boolean;
}

export function CameraSource({ request, onInput }: SourceProps) {
  const picture = useMemo(() => pictureRequest(request), [request]);
  const id = useId();
  const video = useRef<HTMLVideoElement>(null);
  const [seen, setSeen] = useState<ArrayBuffer | null>(null);
  const [cameras, setCameras] = useState<readonly MediaDeviceInfo[]>([]);
  const [wish, setWish] = useState<Wish>({ deviceId: null, isMirrored: false });
  const wished = useRef(wish);
  const [recorder, recording] = useRecorder<ArrayBuffer>(() => pictureRecording(picture));
  const [live, state] = useLive(() => {
    const device: Live = new Live("camera", async (signal) => {
      const element = video.current;
      if (element === null) return;
      await openCamera(element, wished.current.deviceId, signal, () => device.fail(lostProblem("camera")));
      // Their names are told only once one of them was allowed.
      const devices = await navigator.mediaDevices.enumerateDevices();
      setCameras(devices.filter(({ kind }) => kind === "videoinput"));
      signal.addEventListener("abort", recorder.stop);
      follow(element, picture, () => wished.current.isMirrored, signal, (bytes) => {
        recorder.push(bytes);
        setSeen(bytes);
        onInput(bytes, true);
      });
    });
    return device;
  });
  useEffect(() => {
    wished.current = wish;
  }, [wish]);
  const isOn = state.phase !== "off";
  const choose = (deviceId: string): void => {
    wished.current = { ...wish, deviceId };
    setWish(wished.current);
    live.start();
  };
  return (
    <>
      {!isOn && <p className="preview-off muted">The camera is off.</p>}
      <div className="preview-picture" hidden={!isOn}>
        <video ref={video} muted playsInline className={wish.isMirrored ? "mirrored" : ""} aria-label="What the camera sees" />
        <Seen bytes={seen} picture={picture} />
      </div>
      <LiveButton live={live} state={state} icon={Camera} startText="Start the camera" stopText="Stop the camera">
        {isOn && (
          <button type="button" className="button square" aria-pressed={wish.isMirrored} aria-label="Mirror the picture" title="Mirror the picture" onClick={() => setWish({ ...wish, isMirrored: !wish.isMirrored })}>
            <FlipHorizontal2 aria-hidden="true" />
          </button>
        )}
        {state.phase === "live" && <RecordButton recorder={recorder} recording={recording} />}
      </LiveButton>
      {isOn && cameras.length > 1 && (
        <div className="field">
          <label htmlFor={id}>Camera</label>
          <select id={id} className="input" value={wish.deviceId ?? cameras[0]?.deviceId} onChange={(event) => choose(event.target.value)}>
            {cameras.map((camera, index) => (
              <option key={camera.deviceId} value={camera.deviceId}>
                {camera.label || `Camera ${index + 1}`}
              </option>
            ))}
          </select>
        </div>
      )}
    </>
  );
}

async function openCamera(element: HTMLVideoElement, deviceId: string | null, signal: AbortSignal, onLost: () => void): Promise<void> {
  const which = deviceId === null ? { facingMode: "environment" } : { deviceId: { exact: deviceId } };
  const stream = await navigator.mediaDevices.getUserMedia({ video: { ...which, width: { ideal: 640 } } });
  const release = () => {
    for (const track of stream.getTracks()) track.stop();
    if (element.srcObject === stream) element.srcObject = null;
  };
  if (signal.aborted) {
    release();
    return;
  }
  signal.addEventListener("abort", release);
  for (const track of stream.getTracks()) track.addEventListener("ended", onLost, { signal });
  element.srcObject = stream;
  await element.play();
}

/** A picture at each tick, unless the one before it is still being made. */
function follow(video: HTMLVideoElement, picture: PictureRequest, isMirrored: () => boolean, signal: AbortSignal, onPicture: (bytes: ArrayBuffer) => void): void {
  let isBusy = false;
  const tick = async (): Promise<void> => {
    if (isBusy || video.videoWidth === 0) return;
    isBusy = true;
    try {
      const bytes = await pictureMaker.make(await createImageBitmap(video), picture, "crop", isMirrored());
      if (!signal.aborted) onPicture(bytes);
    } catch {
      // A frame that was not there yet; the next tick has another.
    } finally {
      isBusy = false;
    }
  };
  const timer = setInterval(() => void tick(), FRAME_MILLISECONDS);
  signal.addEventListener("abort", () => clearInterval(timer));
}
