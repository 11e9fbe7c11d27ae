// The messages between the page and the page worker about a rune. Only types and defaults; no code that runs a rune.

import { MEMORY_PAGES, OUTPUT_BYTES, RUN_MILLISECONDS } from "../declared/run-limits";
import type { CapabilityKind } from "./capabilities";
import type { WatchLayout } from "./watch-layout";

export type { CapabilityKind };

/** Bytes that browsers take in requests, sockets and signatures. */
export type Bytes = Uint8Array<ArrayBuffer>;

export type ElementName = "u8" | "i8" | "u16" | "i16" | "u32" | "i32" | "f32" | "u64" | "i64" | "f64" | "utf8";

export type OutputKind = "SERIAL" | "BLE" | "PIN" | "WIFI" | "TENSOR";

/** An input that a rune asks for. */
export interface CapabilityRequest {
  readonly id: number;
  readonly kind: CapabilityKind;
  readonly parameters: Readonly<Record<string, number>>;
  /** Bytes that the rune reads. */
  readonly size: number;
  /** `i16[16000]`, where the rune says so. */
  readonly type: string | null;
  /** The stage's name in the Runefile, where the rune says so. */
  readonly stage: string | null;
  /** It must be read without gaps and without overlap: the rune itself makes windows of it. */
  readonly isStream?: boolean;
}

export interface OutputRequest {
  readonly id: number;
  readonly kind: OutputKind;
  readonly stage: string | null;
}

/** A model that a rune leaves to its host, and what runs it here. */
export interface HostModel {
  readonly id: number;
  readonly mimetype: string;
  /** Bytes. */
  readonly size: number;
  /** `u8[1, 96, 96, 1]`, in the model's order. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** `LiteRT.js 2.5.3`. */
  readonly runtime: string;
}

export interface LoadedRune {
  /** Its own name, where the rune says so. */
  readonly name: string | null;
  readonly models: readonly HostModel[];
  readonly capabilities: readonly CapabilityRequest[];
  readonly outputs: readonly OutputRequest[];
  readonly graph: object | null;
  /** The toolchain that built it, where the rune says so. */
  readonly version: string | null;
  /** The words of each label block, in the order of their indices. */
  readonly wordlists: readonly (readonly string[])[];
  /** Bytes of the rune. */
  readonly size: number;
  /** Bytes that a run needs, as the build laid them out; null for a rune that does not say. */
  readonly memory: number | null;
  /** The run, counted from 1, that sends the first output: a window of a stream fills until then. 1 where the rune does not say. */
  readonly firstAnswer: number;
  /** Pages of 64 KiB of its WebAssembly memory: constants, stack and what is left of the last page included. */
  readonly memoryPages: number;
  /** The bins in which it counts its answers; null for a rune that counts nothing. */
  readonly watch: WatchLayout | null;
}

/** The counts of a rune, in the bins of its layout. */
export interface RuneCounts {
  readonly labels: readonly number[];
  readonly confidence: readonly number[];
  readonly features: readonly (readonly number[])[];
}

/** The meaning of a tensor's numbers, where the model that gave it says so. */
export interface TensorMeaning {
  /** real = scale * (stored - zero point); null where the numbers are as they are. */
  readonly scale: number | null;
  readonly zeroPoint: number;
  /** Whether the real numbers are probabilities, 0 to 1. */
  readonly isProbability: boolean;
}

export interface OutputTensor {
  readonly type: ElementName;
  readonly dimensions: readonly number[];
  /** Row-major. 64 bit integers are rounded to what a number holds. */
  readonly elements: readonly number[] | readonly string[];
  /** As it was sent, where that says more than numbers do: integers of 64 bits, and what is not a number. */
  readonly bytes?: Uint8Array;
  readonly meaning?: TensorMeaning;
}

export interface OutputMessage {
  /** The output's id. */
  readonly channel: number;
  readonly stage: string | null;
  readonly tensors: readonly OutputTensor[];
}

/** The tensor of a wire inside of the pipeline, of a rune that was built to show it. */
export interface WatchedMessage {
  /** The stage that the wire comes from, and which of its outputs. */
  readonly stage: string;
  readonly index: number;
  readonly tensors: readonly OutputTensor[];
}

export interface LogLine {
  readonly level: string;
  readonly message: string;
}

export interface RunResult {
  readonly outputs: readonly OutputMessage[];
  readonly watchedMessages: readonly WatchedMessage[];
  /** Inside the rune alone; averaged over repeated runs of a copy where the clock is too coarse for one. */
  readonly milliseconds: number;
  /** The part of these that its host's models took. */
  readonly modelMilliseconds: number;
  readonly logs: readonly LogLine[];
}

export interface StageTime {
  readonly stage: string;
  /** The milliseconds of all runs together. */
  readonly milliseconds: number;
}

/** The times of the stages of a rune that was built to be timed, in a number of runs on one input. */
export interface StageTimes {
  /** In the order in which they run; empty where the rune was not built for it. */
  readonly stages: readonly StageTime[];
  /** Those that sent something: the times are of them. */
  readonly runs: number;
  /** Those that sent nothing, since a window was not full. */
  readonly waitingRuns: number;
  /** Milliseconds of one step of the clock: a difference of two readings is a multiple of it. */
  readonly step: number;
}

export interface Limits {
  /** Pages of 64 KiB that the rune's memory may have. */
  readonly memoryPages: number;
  /** Bytes that all outputs of one run may have together. */
  readonly outputBytes: number;
  /** How long one run, or loading, may take before the rune is stopped. */
  readonly milliseconds: number;
}

export const DEFAULT_LIMITS: Limits = {
  memoryPages: MEMORY_PAGES,
  outputBytes: OUTPUT_BYTES,
  milliseconds: RUN_MILLISECONDS,
};

/** An interpreter of host models, fetched by the page when a rune asks for one. */
export type InterpreterName = "litert" | "tfjs";

/** The files of an interpreter. */
export interface InterpreterFiles {
  /** `LiteRT.js 2.5.3`. */
  readonly name: string;
  readonly script: string;
  /** The WebAssembly that belongs to the script, where it has one. */
  readonly binary: ArrayBuffer | null;
}

export interface SuppliedInterpreter {
  readonly id: InterpreterName;
  readonly name: string;
  readonly binary: ArrayBuffer | null;
}

/** The extras with which a rune is loaded. */
export interface LoadExtras {
  /** Bytes of resources by their names without `$`: they go before what the rune carries along. */
  readonly resources?: ReadonlyMap<string, ArrayBuffer>;
  /** How much of an interpreter is fetched, 0 to 1. */
  readonly onFetch?: (name: string, share: number) => void;
  /** False where a rune that needs an interpreter of some megabytes is refused: the page runs it of its own accord. */
  readonly mayFetch?: boolean;
  /** Whether another rune is likely to take its place, as while one edits: the worker of that is started ahead. */
  readonly isFollowed?: boolean;
}

/** The page's requests to the worker. */
export type WorkerRequest =
  | {
      readonly id: number;
      readonly type: "load";
      readonly rune: ArrayBuffer;
      readonly limits: Limits;
      readonly resources: readonly (readonly [string, ArrayBuffer])[];
      /** Those whose scripts stand before the worker's own. */
      readonly interpreters: readonly SuppliedInterpreter[];
    }
  | { readonly id: number; readonly type: "counts" }
  | { readonly id: number; readonly type: "run"; readonly inputs: readonly (readonly [number, ArrayBuffer])[] }
  | { readonly id: number; readonly type: "time"; readonly inputs: readonly (readonly [number, ArrayBuffer])[] };

/** The worker's answers, to the request of the same id. */
export type WorkerReply =
  | { readonly id: number; readonly ok: true; readonly value: LoadedRune | RunResult | StageTimes | RuneCounts | null }
  | { readonly id: number; readonly ok: true; readonly packedResult: PackedResult }
  | {
      readonly id: number;
      readonly ok: false;
      readonly name: string;
      readonly message: string;
      readonly limit: RaisableLimit | null;
    };

/** A limit that the host of a rune may raise. */
export type RaisableLimit = "output";

/** Numbers as a rune sent them. Those of 64 bits are rounded to what a number holds, and so is all that came as text. */
export type Numbers =
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** A tensor as a run gives it: its numbers are bytes, which change hands on their way to the page without a copy. */
export interface PackedTensor extends Omit<OutputTensor, "elements"> {
  readonly elements: Numbers | readonly string[];
}

/** A message with its tensors as a run gives them. */
export type PackedMessage<Message> = Omit<Message, "tensors"> & { readonly tensors: readonly PackedTensor[] };

/** The result of a run, as the worker has it. */
export interface PackedResult extends Omit<RunResult, "outputs" | "watchedMessages"> {
  readonly outputs: readonly PackedMessage<OutputMessage>[];
  readonly watchedMessages: readonly PackedMessage<WatchedMessage>[];
}

/**
 * The worker's notes without a request: that it is there; that the rune's own code begins, from when on a clock runs;
 * that the rune's models are opened, on a clock of their own; that the rune wants an interpreter, with which the page
 * starts another worker in its place.
 */
export type WorkerNote = "started" | "compiled" | "opening" | { readonly needs: InterpreterName };

/** The page's requests to the frame around the worker. */
export type FrameRequest =
  | { readonly type: "start"; readonly worker: string; readonly port: MessagePort }
  /** Starts a worker ahead, for a `start` with the same text. */
  | { readonly type: "prepare"; readonly worker: string }
  | { readonly type: "stop" };
