// Pictures from the camera of one's choice, cropped to the sides that the rune asks for, mirrored where one chooses so.
import { Camera, FlipHorizontal2 } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { pictureMaker } from "../../picture/maker";
import { pictureRequest, type PictureRequest } from "../../picture/pixels";
import { RecordButton } from "../../recordings/capture/RecordButton";
import { useRecorder } from "../../recordings/capture/recorder";
import { pictureCapture } from "../../recordings/capture/capture";
import { DeviceChoice } from "./DeviceChoice";
import { useDevices } from "./devices";
import { Live, useLive } from "./live";
import { LiveButton } from "./LiveButton";
import { openCamera } from "./open-camera";
import { lostProblem } from "./problems";
import { InputPicture } from "../views/InputPicture";
import type { SourceProps } from "../source";

const FRAME_MILLISECONDS = 100;

export function CameraSource({ request, onInput }: SourceProps) {
  const picture = useMemo(() => pictureRequest(request), [request]);
  const video = useRef<HTMLVideoElement>(null);
  const [frame, setFrame] = useState<ArrayBuffer | null>(null);
  const [used, setUsed] = useState<string | null>(null);
  const [isMirrored, setMirrored] = useState(false);
  const preference = useRef<{ deviceId: string | null; isMirrored: boolean }>({ deviceId: null, isMirrored: false });
  const [recorder, capture] = useRecorder<ArrayBuffer>(() => pictureCapture(picture));
  const [live, state] = useLive(() => {
    const device: Live = new Live("camera", async (signal) => {
      const element = video.current;
      if (element === null) return;
      setUsed(await openCamera(element, preference.current.deviceId, signal, () => device.fail(lostProblem("camera"))));
      if (signal.aborted) return; // it was stopped while the browser asked
      signal.addEventListener("abort", recorder.stop);
      follow(
        element,
        picture,
        () => preference.current.isMirrored,
        signal,
        (bytes) => {
          recorder.push(bytes);
          setFrame(bytes);
          onInput(bytes, true);
        },
      );
    });
    return device;
  });
  useEffect(() => {
    preference.current = { ...preference.current, isMirrored };
  }, [isMirrored]);
  const isOn = state.phase !== "off";
  const cameras = useDevices("videoinput", state.phase === "live");
  const choose = (deviceId: string): void => {
    preference.current = { ...preference.current, deviceId };
    live.start();
  };
  return (
    <>
      {!isOn && <p className="preview-off muted">The camera is off.</p>}
      <div className="preview-picture" hidden={!isOn}>
        <video ref={video} muted playsInline className={isMirrored ? "mirrored" : ""} aria-label="Camera picture" />
        <InputPicture bytes={frame} picture={picture} />
      </div>
      <LiveButton live={live} state={state} icon={Camera} startText="Start the camera" stopText="Stop the camera">
        {isOn && (
          <button
            type="button"
            className="button square"
            aria-pressed={isMirrored}
            aria-label="Mirror the picture"
            title="Mirror the picture"
            onClick={() => setMirrored(!isMirrored)}
          >
            <FlipHorizontal2 aria-hidden="true" />
          </button>
        )}
        {state.phase === "live" && <RecordButton recorder={recorder} recording={capture} />}
      </LiveButton>
      {isOn && <DeviceChoice noun="Camera" devices={cameras} current={used} onChoose={choose} />}
    </>
  );
}

/** A picture at each tick, unless the one before it is still being made. */
function follow(
  video: HTMLVideoElement,
  picture: PictureRequest,
  isMirrored: () => boolean,
  signal: AbortSignal,
  onPicture: (bytes: ArrayBuffer) => void,
): void {
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
