// Takes pictures: one, or one after another until they are stopped; kept or taken again together.
import { Camera, Check, Images, Square, Undo2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { deviceProblem, lostProblem, openCamera, unavailable } from "../../preview/phone";
import { FaceView } from "./Face";
import { NOT_STORED, pictureTake, type Take } from "./recorders/take";
import type { Task } from "./sending/client";
import { InlineCode } from "../../look/code/InlineCode";

interface Props {
  readonly task: Task;
  readonly number: number;
  readonly onKeep: (takes: readonly Take[]) => Promise<void>;
}

/** Milliseconds between two pictures. */
const PAUSE = 500;
const QUALITY = 0.9;
/** Pixels of the shorter side, at most. */
const SIDE = 480;

export function PictureRecorder({ task, number, onKeep }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  const camera = useRef<AbortController | null>(null);
  const [isOpen, setOpen] = useState(false);
  const [isContinuous, setContinuous] = useState(false);
  const [takes, setTakes] = useState<readonly Take[]>([]);
  const [problem, setProblem] = useState<string | null>(() => unavailable("camera", ""));
  useEffect(() => () => camera.current?.abort(), []);

  const open = async (): Promise<void> => {
    if (video.current === null) return;
    camera.current?.abort(); // of two presses while the browser asks, the later one counts
    const controller = new AbortController();
    camera.current = controller;
    setProblem(null);
    const close = (text: string): void => {
      controller.abort();
      setOpen(false);
      setContinuous(false);
      setProblem(text);
    };
    try {
      await openCamera(video.current, null, controller.signal, () => close(lostProblem("camera", "")));
      if (!controller.signal.aborted) setOpen(true);
    } catch (error) {
      if (!controller.signal.aborted) close(deviceProblem(error, "camera", ""));
    }
  };
  const shoot = async (): Promise<void> => {
    const bytes = video.current === null ? null : await jpegOf(video.current);
    if (bytes !== null) setTakes((before) => [...before, pictureTake(bytes)]);
  };
  const room = Math.max(1, task.wanted - (number - 1));
  const isFull = takes.length >= room;
  useEffect(() => {
    if (!isContinuous || isFull) return;
    const timer = setInterval(() => void shoot(), PAUSE);
    return () => clearInterval(timer);
  }, [isContinuous, isFull]);
  const isTaking = isContinuous && !isFull;

  const keep = async (): Promise<void> => {
    setContinuous(false);
    try {
      await onKeep(takes);
      setTakes((now) => now.filter((take) => !takes.includes(take)));
    } catch {
      setProblem(NOT_STORED);
    }
  };
  const redo = (): void => {
    setContinuous(false);
    setTakes([]);
  };
  return (
    <section className="stack" aria-label={`Picture ${number}`}>
      {problem !== null && (
        <p className="notice bad" role="alert">
          <InlineCode>{problem}</InlineCode>
        </p>
      )}
      <div className="card stack">
        <video
          ref={video}
          className="collect-video"
          muted
          playsInline
          hidden={!isOpen}
          aria-label="What the camera sees"
        />
        {!isOpen && <p className="muted">The camera is off.</p>}
        {takes.length > 0 && (
          <ul className="collect-strip" aria-label={`${takes.length} taken`}>
            {takes.map((take, index) => (
              <li key={index}>
                <FaceView face={take.face} recording={take} name={`Picture ${number + index}`} />
              </li>
            ))}
          </ul>
        )}
      </div>
      <div className="collect-acts">
        {!isOpen && (
          <button type="button" className="button primary big" onClick={() => void open()}>
            <Camera aria-hidden="true" />
            Open the camera
          </button>
        )}
        {isOpen && takes.length === 0 && !isTaking && (
          <>
            <button type="button" className="button big" onClick={() => setContinuous(true)}>
              <Images aria-hidden="true" />
              One after another
            </button>
            <button type="button" className="button primary big" onClick={() => void shoot()}>
              <Camera aria-hidden="true" />
              Take a picture
            </button>
          </>
        )}
        {isTaking && (
          <button type="button" className="button big" onClick={() => setContinuous(false)}>
            <Square aria-hidden="true" />
            Stop
          </button>
        )}
        {!isTaking && takes.length > 0 && (
          <>
            <button type="button" className="button big" onClick={redo}>
              <Undo2 aria-hidden="true" />
              Redo
            </button>
            <button type="button" className="button primary big" onClick={() => void keep()}>
              <Check aria-hidden="true" />
              Save {takes.length === 1 ? "and next" : takes.length}
            </button>
          </>
        )}
      </div>
    </section>
  );
}

/** The camera's picture as a JPEG; null before its first one. */
async function jpegOf(video: HTMLVideoElement): Promise<ArrayBuffer | null> {
  if (video.videoWidth === 0) return null;
  const scale = Math.min(1, SIDE / Math.min(video.videoWidth, video.videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  return blob === null ? null : blob.arrayBuffer();
}
