// <rune-player src="https://…/d/acme/door-knock/website" key="hf_web_…">: a rune in a page, without a line of script.
// Importing this file defines the element.
import { load, type LoadOptions, type Result, type Rune } from "../index";
import type { Inputs } from "../inputs";
import type { Sensor } from "../streams";
import { inputParts } from "./inputs";
import { element } from "./parts";
import { drawResult } from "./results";
import { sheet } from "./sheet";

const OPTIONS = {
  key: "key",
  digest: "digest",
  "public-key": "publicKey",
  root: "root",
  telemetry: "telemetry",
} as const;
const ATTRIBUTES = ["src", ...Object.keys(OPTIONS)];

/** Sends the events `rune-loaded` (detail: the `Rune`), `rune-result` (a `Result`) and `rune-error` (an `Error`). */
export class RunePlayer extends HTMLElement {
  static readonly observedAttributes = ATTRIBUTES;
  readonly #input = element("div", { class: "input", part: "input" });
  readonly #result = element("div", { class: "result", part: "result", "aria-live": "polite" });
  readonly #telemetry = element("div", { class: "telemetry", part: "telemetry" });
  #rune: Rune | null = null;
  #loading = new AbortController();
  #listening: AbortController | null = null;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet()];
    root.append(element("div", { class: "box", part: "box" }, this.#input, this.#result, this.#telemetry));
  }

  /** The rune, once it is loaded. */
  get rune(): Rune | null {
    return this.#rune;
  }

  connectedCallback(): void {
    this.#start();
  }

  disconnectedCallback(): void {
    this.#stop();
  }

  attributeChangedCallback(_name: string, before: string | null, now: string | null): void {
    if (before !== now && this.isConnected) this.#start();
  }

  /** Runs it on inputs of the page's own script, and shows the result. */
  async run(inputs: Inputs): Promise<Result> {
    if (this.#rune === null) throw new Error("The rune is not loaded yet. Wait for the event rune-loaded.");
    const result = await this.#rune.run(inputs);
    this.#show(result);
    return result;
  }

  #start(): void {
    this.#stop();
    const { signal } = (this.#loading = new AbortController());
    const source = this.getAttribute("src");
    this.#input.replaceChildren();
    if (!source) return this.#fail(new Error("This element has no src: the address of a deployment."));
    this.#result.replaceChildren("Loading…");
    const options = Object.fromEntries(
      Object.entries(OPTIONS).flatMap(([attribute, option]) => {
        const value = this.getAttribute(attribute);
        return value === null ? [] : [[option, value]];
      }),
    ) as LoadOptions;
    load(source, { ...options, signal, telemetryPlace: this.#telemetry }).then(
      (rune) => (signal.aborted ? rune.close() : this.#onLoad(rune)),
      (error: unknown) => signal.aborted || this.#fail(error),
    );
  }

  #stop(): void {
    this.#loading.abort();
    this.#listening?.abort();
    this.#rune?.close();
    this.#rune = null;
  }

  #onLoad(rune: Rune): void {
    // A rune that another one replaced meanwhile was closed: that is no failure of what is shown now.
    const fail = (error: unknown): void => {
      if (this.#rune === rune) this.#fail(error);
    };
    this.#rune = rune;
    this.#result.replaceChildren();
    this.#input.replaceChildren(
      ...inputParts(rune.inputs, {
        run: (input) => void this.run(input).catch(fail),
        fail,
        toggle: (sensor, video, onEnd) => this.#toggle(sensor, video, onEnd),
      }),
    );
    this.#tell("rune-loaded", rune);
  }

  #toggle(sensor: Sensor, video: HTMLVideoElement | undefined, onEnd: () => void): boolean {
    if (this.#listening !== null) {
      this.#listening.abort();
      this.#listening = null;
      return false;
    }
    const listening = (this.#listening = new AbortController());
    const finish = (): void => {
      if (this.#listening !== listening) return; // the button is that of a later one by now
      this.#listening = null;
      onEnd();
    };
    void this.#listen(sensor, video, listening.signal)
      .catch((error: unknown) => listening.signal.aborted || this.#fail(error))
      .finally(finish);
    return true;
  }

  async #listen(sensor: Sensor, video: HTMLVideoElement | undefined, signal: AbortSignal): Promise<void> {
    for await (const result of this.#rune?.listen(sensor, signal, video) ?? []) {
      if (signal.aborted) return;
      this.#show(result);
    }
  }

  #show(result: Result): void {
    drawResult(this.#result, result);
    this.#tell("rune-result", result);
  }

  #fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#result.replaceChildren(element("div", { class: "error", role: "alert" }, message));
    this.#tell("rune-error", error);
  }

  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

if (customElements.get("rune-player") === undefined) customElements.define("rune-player", RunePlayer);
