// An example is one answer of the rune and the input that led to it. Of a stream, the input is all parts of the window.
import { recordingOfRun, ROW_BYTES, type Snapshot } from "../../preview";
import { recordingOf, type CapabilityRequest } from "../../runtime";
import type { Content } from "../../preview";

/** Milliseconds between two rows of motion. */
const ROW_MILLISECONDS = 20;

/** The features that a run sent; null where it sent none. */
export function featuresOf(newest: Snapshot["newest"], count: number): readonly number[] | null {
  for (const { tensors } of newest?.outputs ?? [])
    for (const { type, elements } of tensors)
      if (type === "f32" && elements.length === count) return elements.map(Number);
  return null;
}

/** Milliseconds of what a rune is given at a time; 0 for a picture, which is of one moment. */
function millisecondsOf(request: CapabilityRequest | undefined): number {
  if (request === undefined) return 0;
  switch (recordingOf(request)) {
    case "sound":
      return (1000 * (request.size / 2)) / (request.parameters["hz"] ?? 16000);
    case "motion":
      return ROW_MILLISECONDS * Math.floor(request.size / ROW_BYTES);
    default:
      return 0;
  }
}

/** An example that is ready: the label that it is of, what the model saw, and what was recorded. */
export type OnExample = (label: number, features: readonly number[], content: Content | null) => void;

/**
 * Records examples: of a live input the first run that saw only what came after the button was pressed, else the newest.
 * How many inputs fill the window of a stream is known from the runs before its first answer.
 */
export class ExampleRecorder {
  #onExample: OnExample = () => undefined;
  #parts: ArrayBuffer[] = [];
  #runs = 0;
  /** Inputs of a window; 0 until the first is full. */
  #size = 0;
  #newest: Snapshot["newest"] = null;
  #pending: { readonly label: number; readonly due: number } | null = null;

  listen(onExample: OnExample): void {
    this.#onExample = onExample;
  }

  /** Returns whether the example comes later. */
  begin(label: number, { newest, loadedRune }: Snapshot, features: readonly number[]): boolean {
    const request = loadedRune?.capabilities[0];
    if (newest?.isStream !== true || request === undefined) {
      this.#onExample(label, features, this.#content(request));
      return false;
    }
    this.#pending = { label, due: performance.now() + millisecondsOf(request) * Math.max(1, this.#size) };
    return true;
  }

  cancel(): void {
    this.#pending = null;
  }

  /** Takes what a run gave; null where it gave no features. */
  take({ newest, ran, runs, loadedRune }: Snapshot, features: readonly number[] | null): void {
    if (runs < this.#runs) this.#parts = [];
    const isNew = newest !== null && newest !== this.#newest;
    const part = ran.get(0);
    if (part !== undefined && runs !== this.#runs) this.#parts.push(part);
    this.#runs = runs;
    this.#newest = newest;
    if (isNew && this.#size === 0) this.#size = this.#parts.length;
    if (this.#size > 0) this.#parts = this.#parts.slice(-this.#size);
    const pending = this.#pending;
    if (pending === null || !isNew || features === null || performance.now() < pending.due) return;
    this.#pending = null;
    this.#onExample(pending.label, features, this.#content(loadedRune?.capabilities[0]));
  }

  /** The recording that filled the window. */
  #content(request: CapabilityRequest | undefined): Content | null {
    if (request === undefined) return null;
    const whole = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.byteLength, 0));
    let at = 0;
    for (const part of this.#parts) {
      whole.set(new Uint8Array(part), at);
      at += part.byteLength;
    }
    return recordingOfRun([request], new Map([[0, whole.buffer]]), "")?.content ?? null;
  }
}
