// The controls that a person presses, draws on or types into, by what the rune reads.
import type { Inputs } from "../inputs";
import { isComposing } from "../../look/keys/composing";
import { decodePicture } from "../../preview/picture/decode";
import { pictureRequest } from "../../preview/picture/pixels";
import type { CapabilityRequest } from "../../runtime/types";
import { pictureInput } from "../streams/camera";
import { sensorOf, type Sensor } from "../streams";
import { button, element } from "./parts";

/** The acts of the inputs on the player. */
export interface InputActions {
  readonly run: (input: Inputs) => void;
  /** Shows why there is no input. */
  readonly fail: (error: unknown) => void;
  /** Starts or stops the sensor. `onEnd` is called when it ended, also by itself. */
  readonly toggle: (sensor: Sensor, video: HTMLVideoElement | undefined, onEnd: () => void) => boolean;
}

const START: Readonly<Record<Sensor, string>> = {
  microphone: "Listen",
  camera: "Use the camera",
  motion: "Use the motion sensor",
};
const PRIVACY: Readonly<Record<Sensor, string>> = {
  microphone: "What you say stays in this page.",
  camera: "What the camera sees stays in this page.",
  motion: "The motion stays in this page.",
};
/** Up to so many pixels a side, a gray picture is drawn by hand: a digit, not a photograph. */
const LARGEST_DRAWING = 64;

/** The parts for the one input of a rune. A rune with several is run by the page's own script. */
export function inputParts(requests: readonly CapabilityRequest[], actions: InputActions): readonly Node[] {
  const [request] = requests;
  if (request === undefined || requests.length !== 1) return [];
  const sensor = sensorOf(request);
  if (sensor === null) return numberParts(request, actions);
  const video = sensor === "camera" ? element("video", { hidden: "" }) : undefined;
  const start = button(START[sensor], () => {
    const isOn = actions.toggle(sensor, video, () => show(false));
    show(isOn);
  });
  const show = (isOn: boolean): void => {
    start.textContent = isOn ? "Stop" : START[sensor];
    if (video !== undefined) video.hidden = !isOn;
  };
  const privacy = element("span", { class: "small" }, PRIVACY[sensor]);
  if (video === undefined) return [start, privacy];
  return [...drawingParts(request, actions), video, start, fileButton(request, actions), privacy];
}

function fileButton(request: CapabilityRequest, { run, fail }: InputActions): Node {
  const file = element("input", { type: "file", accept: "image/*", hidden: "", "aria-label": "Picture" });
  let last: File | undefined;
  file.addEventListener("change", () => {
    const [pickedFile] = file.files ?? [];
    // So that the same file can be chosen again, as after it was edited.
    file.value = "";
    if (pickedFile === undefined) return;
    last = pickedFile;
    decodePicture(pickedFile)
      .then((source) => pictureInput({ source, width: source.width, height: source.height }, request))
      .then(
        // A large picture is decoded after a small one that was chosen later.
        (input) => last === pickedFile && run(input),
        (error: unknown) => last === pickedFile && fail(error),
      );
  });
  return element(
    "span",
    {},
    file,
    button("Choose a picture", () => file.click()),
  );
}

function drawingParts(request: CapabilityRequest, { run }: InputActions): readonly Node[] {
  const { width, height, format } = pictureRequest(request);
  if (format !== "gray" || Math.max(width, height) > LARGEST_DRAWING) return [];
  const canvas = element("canvas", { width: "168", height: "168", role: "img", "aria-label": "Draw here" });
  const context = canvas.getContext("2d");
  if (context === null) return [];
  // Paper in every theme: what the rune sees is what the preview gives it, black on white.
  const clear = (): void => {
    context.fillStyle = "white";
    context.fillRect(0, 0, canvas.width, canvas.height);
  };
  const at = ({ offsetX, offsetY }: PointerEvent): [number, number] => [
    (offsetX / canvas.clientWidth) * canvas.width,
    (offsetY / canvas.clientHeight) * canvas.height,
  ];
  clear();
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    context.strokeStyle = "black";
    context.lineWidth = 14;
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    context.moveTo(...at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    context.lineTo(...at(event));
    context.stroke();
  });
  canvas.addEventListener("pointerup", () =>
    run(pictureInput({ source: canvas, width: canvas.width, height: canvas.height }, request)),
  );
  return [canvas, button("Clear", clear)];
}

function numberParts(request: CapabilityRequest, { run }: InputActions): readonly Node[] {
  if (request.kind === "RAND")
    return [button("Run", () => run(crypto.getRandomValues(new Uint8Array(request.size)).buffer))];
  const label = request.stage ?? "Input";
  const field = element("input", { "aria-label": label, placeholder: request.type ?? "Text" });
  const press = (): void => run(request.type === null ? field.value : numbersOf(field.value));
  field.addEventListener("keydown", (event) => event.key === "Enter" && !isComposing(event) && press());
  return [field, button("Run", press)];
}

function numbersOf(text: string): number[] {
  return (text.match(/[^\s,;]+/g) ?? []).map(Number);
}
