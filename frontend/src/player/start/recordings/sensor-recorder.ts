// Records as long as somebody holds: sound, pictures or motion of this device. The sensor stays open for a while, so that the
// next hold begins at once.
import { deviceProblem, openCamera, unavailable, type MotionRow, type SensorName } from "../../../preview/phone";
import { evenRows, type TimedRow } from "../../../preview/phone";
import { ownSensor } from "../../collect/recorders/sensors";
import { RATE } from "./files";

/** Milliseconds after which a sensor that nobody uses is closed. */
const IDLE = 30_000;
/** Between two pictures of one hold. */
const PICTURE_STEP = 400;
const MOTION_RATE = 50;
const SIDE = 480;

export type SensorKind = "sound" | "picture" | "motion";

/** The content of one hold. */
export type SensorContent =
  | { readonly kind: "sound"; readonly samples: Float32Array }
  | { readonly kind: "picture"; readonly pictures: readonly Blob[] }
  | { readonly kind: "motion"; readonly rows: readonly MotionRow[] };

const DEVICES: Readonly<Record<SensorKind, SensorName>> = {
  sound: "microphone",
  picture: "camera",
  motion: "motion sensor",
};

export class SensorRecorder {
  #sensor: AbortController | null = null;
  #opening: Promise<void> | null = null;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #blocks: Float32Array[] | null = null;
  #rows: TimedRow[] | null = null;
  #pictures: Promise<Blob | null>[] = [];
  #shots: ReturnType<typeof setInterval> | undefined;
  #started = 0;
  #video: HTMLVideoElement | null = null;
  #onLost: (reason: string) => void = () => undefined;

  /** `onSound` hears the sound of the open microphone, also between recordings. */
  constructor(
    readonly kind: SensorKind,
    readonly onSound: (block: Float32Array) => void = () => undefined,
  ) {}

  /** The element that shows the camera. */
  attach(video: HTMLVideoElement | null): void {
    this.#video = video;
  }

  /** Why this page cannot record at all; null where it can try. */
  unavailable(): string | null {
    return unavailable(DEVICES[this.kind], "");
  }

  /** Opens the sensor if it is closed. `onLost` hears why it stopped. Rejects with an Error whose message is for a person. */
  async open(onLost: (reason: string) => void): Promise<void> {
    this.#onLost = onLost;
    clearTimeout(this.#idle);
    if (this.#sensor !== null && this.#opening !== null) return this.#opening;
    const sensor = new AbortController();
    this.#sensor = sensor;
    this.#opening = this.#start(sensor.signal).catch((error: unknown) => {
      this.close();
      throw error instanceof DOMException || !(error instanceof Error)
        ? new Error(deviceProblem(error, DEVICES[this.kind], ""), { cause: error })
        : error;
    });
    return this.#opening;
  }

  async #start(signal: AbortSignal): Promise<void> {
    const lost = (reason: string): void => {
      this.close();
      this.#onLost(reason);
    };
    if (this.kind === "picture") {
      if (this.#video === null) throw new Error("The camera has no place on this page. Load it again.");
      await openCamera(this.#video, null, signal, () => lost("The camera stopped. Connect it and start again."));
      return;
    }
    if (this.kind === "motion") {
      await ownSensor("motion").motion(signal, (rows) => this.#rows?.push(...rows), lost);
      return;
    }
    const onSamples = (block: Float32Array): void => {
      this.#blocks?.push(block.slice());
      this.onSound(block);
    };
    await ownSensor("sound").sound(RATE, signal, onSamples, lost);
  }

  /** How many pictures this hold has. */
  get pictures(): number {
    return this.#pictures.length;
  }

  begin(): void {
    clearTimeout(this.#idle);
    this.#started = performance.now();
    if (this.kind === "sound") this.#blocks = [];
    if (this.kind === "motion") this.#rows = [];
    if (this.kind === "picture") {
      const shoot = (): void => void this.#pictures.push(pictureOf(this.#video));
      this.#pictures = [];
      shoot();
      this.#shots = setInterval(shoot, PICTURE_STEP);
    }
  }

  /** Returns what was recorded since `begin`. */
  async end(): Promise<SensorContent> {
    clearInterval(this.#shots);
    this.#idle = setTimeout(() => this.close(), IDLE);
    if (this.kind === "picture") {
      const pictures = (await Promise.all(this.#pictures)).filter((each) => each !== null);
      return { kind: "picture", pictures };
    }
    if (this.kind === "motion") {
      const rows: readonly MotionRow[] = evenRows(
        this.#rows ?? [],
        this.#started,
        performance.now() - this.#started,
        MOTION_RATE,
      );
      this.#rows = null;
      return { kind: "motion", rows };
    }
    const samples = joined(this.#blocks ?? []);
    this.#blocks = null;
    return { kind: "sound", samples };
  }

  /** Returns what was recorded so far and goes on: of a recording that takes minutes, parts are kept as they come. */
  take(): Float32Array {
    const samples = joined(this.#blocks ?? []);
    this.#blocks = [];
    return samples;
  }

  close(): void {
    clearTimeout(this.#idle);
    clearInterval(this.#shots);
    this.#sensor?.abort();
    this.#sensor = this.#opening = null;
    this.#blocks = this.#rows = null;
  }
}

function joined(blocks: readonly Float32Array[]): Float32Array {
  const samples = new Float32Array(blocks.reduce((length, block) => length + block.length, 0));
  let place = 0;
  for (const block of blocks) {
    samples.set(block, place);
    place += block.length;
  }
  return samples;
}

async function pictureOf(video: HTMLVideoElement | null): Promise<Blob | null> {
  if (video === null || video.videoWidth === 0) return null;
  const scale = Math.min(1, SIDE / Math.min(video.videoWidth, video.videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
}
