// The messages between a page and the Python of its sandbox, by a port of their own.

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
  /** While it answers: what runs is looked at, and is stopped when it has had its time. */
  | { readonly alive: true }
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

/** The answer of `load`: with problems nothing runs. */
export interface BlockLoaded {
  readonly problems: readonly LineMessage[];
  readonly outputs?: readonly TensorType[];
  /** Bytes that the block keeps. */
  readonly state?: number;
}

/** The answer of `run`; null stands for infinite values and NaN. */
export interface BlockRun {
  readonly outputs: readonly (readonly (number | null)[])[];
  readonly prints: readonly { readonly line: number; readonly text: string }[];
  /** Lines that were printed and are not told. */
  readonly omitted_prints: number;
  readonly values: readonly { readonly line: number; readonly name: string; readonly value: string }[];
  readonly milliseconds: number;
  readonly failure: LineMessage | null;
}

/** A test file with the block that it is of. */
export interface TestsText {
  readonly file: string;
  readonly text: string;
  /** The text of the block. */
  readonly block: string;
  /** The recordings that the tests name, as base64, by path. */
  readonly recordings: Readonly<Record<string, string>>;
}

/** Why a test failed, and where: `at` is the line of the test where it was, `line` that of the file that is to blame. */
export interface TestFailure {
  readonly file: string;
  readonly line: number;
  readonly at: number;
  readonly message: string;
  readonly got: string;
  readonly expected: string;
}

/** All bytes that a block's outputs had in the runs of a test: their count, a sum of them, and the first in hexadecimal. */
export interface OutputRecord {
  readonly count: number;
  readonly sum: number;
  readonly first: string;
}

/** An output of one run among these bytes. Runs count from 1, outputs from 0. */
export interface OutputPiece {
  readonly run: number;
  readonly output: number;
  readonly element: string;
  readonly size: number;
}

export interface TestResult {
  readonly name: string;
  readonly title: string;
  readonly line: number;
  /** How often it ran the block, and what it gave it last. */
  readonly runs: number;
  readonly input: string;
  readonly milliseconds: number;
  readonly failure: TestFailure | null;
  readonly output: OutputRecord;
  readonly pieces: readonly OutputPiece[];
}

/** The inputs of a block, run after run, to be written down as a test with this name. */
export interface RecordedText extends BlockText {
  readonly name: string;
  readonly runs: readonly (readonly (readonly number[])[])[];
}

/** The answer of `record`: the text of the test and how many of the newest runs are in it, or why there is none. */
export type TestRecording = { readonly test: string; readonly runs: number } | { readonly refused: string };

/** The answer of `test`: with problems no test runs. */
export interface TestsRun {
  readonly problems: readonly LineMessage[];
  readonly results: readonly TestResult[];
  readonly prints: readonly { readonly line: number; readonly text: string }[];
}
