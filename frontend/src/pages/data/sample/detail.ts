// The sample in focus, beside the others: its page's content, with a spectrogram, where it plays, and half speed.
import type { SampleActs } from "../acts";
import { sender, sendParts } from "../changes";
import { editObjects } from "./objects-editor";
import { labelMark } from "./label-mark";
import { editParts } from "./parts-editor";
import { pixels, spectrogram } from "./spectrogram";

const COLUMNS = 172;
const ROWS = 42;
/** Milliseconds for which a sample is in focus before it is fetched: keys pass over many. */
const PAUSE = 150;

export class Detail {
  #number = 0;
  #timer = 0;

  /** `place` is where it is shown; `page` the address of the project's data. */
  constructor(
    readonly place: HTMLElement,
    readonly page: string,
    readonly acts: SampleActs,
  ) {}

  get isUsable(): boolean {
    return matchMedia("(min-width: 1180px)").matches;
  }

  /** Shows a sample soon; the same one again where `isChanged`. */
  show(number: number, isChanged = false): void {
    if (!this.isUsable || (number === this.#number && !isChanged)) return;
    this.#number = number;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#read(number), PAUSE);
  }

  /** The audio of the sample that is shown, if it is this one. */
  audioOf(number: number): HTMLAudioElement | null {
    const panel = this.place.querySelector<HTMLElement>("[data-sample]");
    return panel?.dataset["sample"] === String(number) ? panel.querySelector("audio") : null;
  }

  async #read(number: number): Promise<void> {
    const response = await fetch(`${this.page}/samples/${number}/panel`, { headers: { Accept: "text/html" } }).catch(
      () => null,
    );
    if (number !== this.#number) return;
    if (response === null || !response.ok || response.redirected) {
      // The sample is not shown: it is asked for again when it comes into focus again.
      this.#number = 0;
      return;
    }
    const read = new DOMParser().parseFromString(await response.text(), "text/html");
    const panel = read.querySelector<HTMLElement>("[data-sample]");
    if (panel === null) return;
    this.place.replaceChildren(document.adoptNode(panel));
    this.place.hidden = false;
    this.place.parentElement?.classList.add("has-detail");
    void decorate(panel, this.acts);
  }
}

/** The page of one sample: what it changes is shown by reading the page again, or the list of samples after a cut. */
export function startSamplePage(panel: HTMLElement): void {
  const [, organisation = "", name = ""] = location.pathname.split("/");
  const project = { organisation, name };
  const revision = Number(panel.querySelector<HTMLInputElement>("[data-revision]")?.value ?? 0);
  const settle = (answer: object | string, next: string): void => {
    const status = panel.querySelector<HTMLElement>("[data-parts-status], [data-objects-status]");
    if (typeof answer !== "string") location.assign(next);
    else if (status !== null) status.textContent = answer;
  };
  void decorate(panel);
  const acts: SampleActs = {
    mark: async (mark) => settle(await sender(project)({ revision, changes: [mark] }), location.href),
    cut: async (number, parts) =>
      settle(await sendParts(project, number, parts, revision), `/${organisation}/${name}/data`),
  };
  editParts(panel, acts);
  editObjects(panel, acts);
}

/** Sets a label, confirms the one that it has, or accepts the proposal, without another page. */
function labelForm(panel: HTMLElement, acts: SampleActs): void {
  const form = panel.querySelector<HTMLFormElement>("[data-panel-label]");
  const field = form?.querySelector<HTMLInputElement>("input[name=label]");
  if (!form || !field) return;
  const number = Number(panel.dataset["sample"]);
  // A label that is settled anew by "Set label" may be the one that the sample has: only what was just sent is left out.
  let sentLabel: string | null = null;
  const send = (act: string): void => {
    const mark = labelMark(act, number, field.value, sentLabel);
    sentLabel = null;
    if (mark !== null) void acts.mark(mark);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.submitter instanceof HTMLButtonElement ? event.submitter.value : "label");
  });
  field.addEventListener("change", () => {
    send("label");
    sentLabel = field.value;
  });
}

/** Draws the spectrogram of a sound, and follows where it plays. With `acts`, labels and parts are changed in place. */
export async function decorate(panel: HTMLElement, acts?: SampleActs): Promise<void> {
  if (acts !== undefined) {
    labelForm(panel, acts);
    editParts(panel, acts);
    editObjects(panel, acts);
  }
  const audio = panel.querySelector("audio");
  const picture = panel.querySelector<HTMLElement>("[data-spectrogram]");
  if (audio === null || picture === null) return;
  const slow = panel.querySelector<HTMLElement>("[data-slow]");
  const box = slow?.querySelector("input") ?? null;
  if (slow !== null && box !== null) {
    slow.hidden = false;
    box.addEventListener("change", () => {
      audio.preservesPitch = false;
      audio.playbackRate = box.checked ? 0.5 : 1;
    });
  }
  const response = await fetch(panel.dataset["recording"] ?? "").catch(() => null);
  if (response === null || !response.ok) return;
  const context = new OfflineAudioContext(1, 1, 16_000);
  const sound = await context.decodeAudioData(await response.arrayBuffer()).catch(() => null);
  if (sound === null) return;
  const levels = spectrogram(sound.getChannelData(0), COLUMNS, ROWS);
  const canvas = picture.querySelector("canvas");
  if (canvas === null) return;
  canvas.width = COLUMNS;
  canvas.height = ROWS;
  canvas.getContext("2d")?.putImageData(new ImageData(pixels(levels), COLUMNS, ROWS), 0, 0);
  picture.hidden = false;
  followPlaying(audio, picture.querySelector<HTMLElement>("[data-playhead]"));
}

function followPlaying(audio: HTMLAudioElement, head: HTMLElement | null): void {
  const draw = (): void => {
    if (head === null || !head.isConnected) return;
    head.style.left = `${(audio.currentTime / (audio.duration || 1)) * 100}%`;
    head.style.visibility = audio.paused ? "hidden" : "visible";
    if (!audio.paused) requestAnimationFrame(draw);
  };
  for (const event of ["play", "pause", "ended", "seeked"]) audio.addEventListener(event, draw);
}
