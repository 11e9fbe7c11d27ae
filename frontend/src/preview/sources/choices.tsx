// Says which sources a capability can be fed from, the most natural first.
import {
  Braces,
  Camera,
  Cpu,
  Dices,
  Image,
  Mic,
  Move3d,
  SlidersHorizontal,
  Smartphone,
  type LucideIcon,
} from "lucide-react";
import { type ComponentType } from "react";
import { lazyPart } from "../../look/boundary";
import { capabilityOf, elementCount, recordingOf, type CapabilityRequest } from "../../runtime";
import { pictureRequest } from "../picture/pixels";
import { DrawingSource } from "./DrawingSource";
import type * as Others from "./others";
import { numbersShape } from "./shapes";
import type { SourceProps } from "./source";
import type * as Recordings from "../recordings/RecordingSource";

export interface SourceChoice {
  /** On the switch. */
  readonly label: string;
  readonly title: string;
  readonly icon: LucideIcon;
  readonly Source: ComponentType<SourceProps>;
}

/** Fetched beside what runs. A sheet that stands first in its list is here at once, the others when they are shown. */
const fetchOthers = (): Promise<typeof Others> => import("./others");
const fetchRecordings = (): Promise<typeof Recordings> => import("../recordings/RecordingSource");

function other(name: keyof typeof Others): ComponentType<SourceProps> {
  return lazyPart(async () => ({ default: (await fetchOthers())[name] }));
}

/** Fetches the sources that can be chosen while the page rests, so that choosing one waits for nothing. */
export function fetchChoices(): void {
  const fetch = (): void => {
    // Without a connection they are fetched when they are chosen.
    void Promise.allSettled([fetchOthers(), fetchRecordings()]);
  };
  if (typeof requestIdleCallback === "function") requestIdleCallback(fetch);
  else setTimeout(fetch);
}

const MicrophoneSource = lazyPart(async () => ({
  default: (await import("./sensors/MicrophoneSource")).MicrophoneSource,
}));
const MICROPHONE: SourceChoice = { label: "Live", title: "Microphone", icon: Mic, Source: MicrophoneSource };
const SOUND_FILE: SourceChoice = { label: "File", title: "Sound", icon: Mic, Source: other("SoundFileSource") };
const TONE: SourceChoice = { label: "Signal", title: "Sound", icon: Mic, Source: other("SoundSignalSource") };

const CAMERA: SourceChoice = { label: "Camera", title: "Camera", icon: Camera, Source: other("CameraSource") };
const DRAWING: SourceChoice = { label: "Draw", title: "Drawing", icon: Image, Source: DrawingSource };
const PICTURE_FILE: SourceChoice = { label: "File", title: "Picture", icon: Image, Source: other("PictureFileSource") };
const PATTERN: SourceChoice = { label: "Pattern", title: "Picture", icon: Image, Source: other("PictureSignalSource") };
const MOTION: SourceChoice = { label: "Live", title: "Motion", icon: Move3d, Source: other("MotionSource") };
const MOTION_FILE: SourceChoice = { label: "File", title: "Motion", icon: Move3d, Source: other("MotionFileSource") };
const MOTION_SIGNAL: SourceChoice = {
  label: "Signal",
  title: "Motion",
  icon: Move3d,
  Source: other("MotionSignalSource"),
};
const SLIDERS: SourceChoice = {
  label: "Slider",
  title: "Numbers",
  icon: SlidersHorizontal,
  Source: other("NumbersSource"),
};
const TEXT: SourceChoice = { label: "Text", title: "Text", icon: Braces, Source: other("TextSource") };
const BYTES_FILE: SourceChoice = { label: "File", title: "Bytes", icon: Braces, Source: other("BytesFileSource") };
const RANDOM: SourceChoice = { label: "Random", title: "Random numbers", icon: Dices, Source: other("RandomSource") };

const RecordingSource = lazyPart(fetchRecordings);
const SOUND_TAKE: SourceChoice = { label: "Recording", title: "Recording", icon: Mic, Source: RecordingSource };
const PICTURE_TAKE: SourceChoice = { label: "Recording", title: "Recording", icon: Image, Source: RecordingSource };
const MOTION_TAKE: SourceChoice = { label: "Recording", title: "Recording", icon: Move3d, Source: RecordingSource };

/** The person's own phone: where the page around the preview has a line to it. */
const PHONE: SourceChoice = {
  label: "Phone",
  title: "Phone",
  icon: Smartphone,
  Source: lazyPart(() => import("../phone/PhoneSource")),
};

const BOARD: SourceChoice = {
  label: "Board",
  title: "Board",
  icon: Cpu,
  Source: lazyPart(() => import("../board/BoardSource")),
};

/** The devices that the page around the preview can connect. */
export interface Connections {
  readonly phone: boolean;
  readonly board: boolean;
}

/** Below this many pixels a side, a gray picture is most likely something drawn. */
const DRAWN_SIDE = 64;
const SLIDER_LIMIT = 8;

export function choicesFor(
  request: CapabilityRequest,
  connections: Connections = { phone: false, board: false },
): readonly [SourceChoice, ...SourceChoice[]] {
  const kind = recordingOf(request);
  return [
    ...choicesHere(request),
    ...(kind !== null && connections.phone ? [PHONE] : []),
    ...((kind === "sound" || kind === "motion") && connections.board ? [BOARD] : []),
  ];
}

function choicesHere(request: CapabilityRequest): readonly [SourceChoice, ...SourceChoice[]] {
  switch (recordingOf(request)) {
    case "sound":
      return [MICROPHONE, SOUND_FILE, SOUND_TAKE, TONE];
    case "picture": {
      const { width, format } = pictureRequest(request);
      const isDrawn = format === "gray" && width <= DRAWN_SIDE;
      return isDrawn
        ? [DRAWING, CAMERA, PICTURE_FILE, PICTURE_TAKE, PATTERN]
        : [CAMERA, PICTURE_FILE, PICTURE_TAKE, DRAWING, PATTERN];
    }
    case "motion":
      return [MOTION, MOTION_FILE, MOTION_TAKE, MOTION_SIGNAL];
    case null:
      return capabilityOf(request).isRandom ? [RANDOM] : rawChoices(request);
  }
}

function rawChoices(request: CapabilityRequest): readonly [SourceChoice, ...SourceChoice[]] {
  const shape = numbersShape(request);
  if (shape !== null && elementCount(shape) <= SLIDER_LIMIT) return [SLIDERS, BYTES_FILE, RANDOM];
  return shape === null ? [TEXT, BYTES_FILE, RANDOM] : [RANDOM, BYTES_FILE];
}
