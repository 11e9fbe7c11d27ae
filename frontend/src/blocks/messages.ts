// What goes between a page and the Python of its sandbox, by a port of their own.

/** The first message: Python itself and the language of blocks. The worker has no network to fetch them. */
export interface PythonFiles {
  readonly wasm: ArrayBuffer;
  readonly library: ArrayBuffer;
  /** Pyodide's list of packages, of which none is used. */
  readonly lock: ArrayBuffer;
  /** The toolchain's own code. */
  readonly language: ArrayBuffer;
}

export type ToPython = { readonly files: PythonFiles } | { readonly id: number; readonly request: string };

export type FromPython =
  | { readonly ready: true }
  | { readonly failed: string }
  | { readonly id: number; readonly reply: string }
  | { readonly id: number; readonly error: string };

/** A tensor's type. */
export interface TensorType {
  readonly type: string;
  readonly dimensions: readonly number[];
}

/** A block's text with what comes in by its wires, and the values of its parameters. */
export interface BlockText {
  readonly file: string;
  readonly text: string;
  readonly inputs: readonly TensorType[];
  readonly settings: Readonly<Record<string, number>>;
}

export interface LineMessage {
  readonly line: number;
  readonly message: string;
}

/** What `load` answers: with problems nothing runs. */
export interface BlockLoaded {
  readonly problems: readonly LineMessage[];
  readonly outputs?: readonly TensorType[];
  /** Bytes that the block keeps. */
  readonly state?: number;
}

/** What `run` answers; null stands for what is infinite or no number. */
export interface BlockRun {
  readonly outputs: readonly (readonly (number | null)[])[];
  readonly prints: readonly { readonly line: number; readonly text: string }[];
  /** Lines that were printed and are not told. */
  readonly left_out: number;
  readonly values: readonly { readonly line: number; readonly name: string; readonly value: string }[];
  readonly milliseconds: number;
  readonly failure: LineMessage | null;
}
