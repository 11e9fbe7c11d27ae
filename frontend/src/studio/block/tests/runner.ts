// The tests of a block while it is written: run anew after each edit of either file, in the sandbox's Python. Knows no component.
import { createStore, type StoreApi } from "zustand/vanilla";
import type { TestsRun, TestsText } from "../../../blocks";

/** The engine that runs tests: Python in the sandboxed frame. */
export interface TestEngine {
  test(tests: TestsText): Promise<TestsRun>;
}

/** A file by its path, and the digest of its bytes; "" for a text, whose bytes change as one types. */
export interface RecordingFile {
  readonly path: string;
  readonly digest: string;
}

/** The texts under test as they stand, and the recordings that may be named in them. */
export interface TestSource {
  readonly file: string;
  readonly text: string;
  readonly block: string;
  readonly recordings: readonly RecordingFile[];
}

export interface TestsState {
  readonly run: TestsRun | null;
  /** Whether the results are of an older text. */
  readonly isRunning: boolean;
  /** Why there are none. */
  readonly stopReason: string | null;
}

const NOTHING: TestsState = { run: null, isRunning: false, stopReason: null };

const TESTS = "_test.py";

export function isTestFile(path: string): boolean {
  return path.endsWith(TESTS) && !path.endsWith(`/${TESTS}`) && path !== TESTS;
}

/** The file of the block that a test file is of. */
export function blockOf(path: string): string {
  return `${path.slice(0, -TESTS.length)}.py`;
}

export function testsOf(path: string): string {
  return `${path.replace(/\.py$/, "")}${TESTS}`;
}

/** The paths that the names of recordings in a text may mean: a path as it is, or the end of one below `samples/`. */
export function recordingsIn(text: string, paths: readonly string[]): readonly string[] {
  const names = [...text.matchAll(/\brecording\(\s*["']([^"'\n]+)["']/g)].map(([, name]) => name ?? "");
  return paths.filter((path) =>
    names.some((name) => path === name || (path.startsWith("samples/") && path.endsWith(`/${name}`))),
  );
}

export class TestRunner {
  private readonly store = createStore<TestsState>(() => NOTHING);
  readonly state: Omit<StoreApi<TestsState>, "setState"> = this.store;
  private readonly knownRecordings = new Map<string, { readonly digest: string; readonly bytes: Promise<string> }>();
  private source: TestSource | null = null;
  private isBusy = false;

  constructor(
    private readonly engine: TestEngine,
    private readonly read: (path: string) => Promise<Blob>,
  ) {}

  /** Runs these tests as soon as the ones before are done; of several in the meantime the last. */
  use(source: TestSource): void {
    if (JSON.stringify(source) !== JSON.stringify(this.source)) this.begin(source);
  }

  /** The same tests once more. */
  again(): void {
    if (this.source !== null) this.begin({ ...this.source });
  }

  private begin(source: TestSource): void {
    this.source = source;
    this.store.setState({ isRunning: true });
    void this.work();
  }

  private async work(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    let testedSource: TestSource | null = null;
    while (this.source !== null && this.source !== testedSource) {
      testedSource = this.source;
      const results = await this.answer(testedSource);
      if (this.source === testedSource) this.store.setState({ ...results, isRunning: false });
    }
    this.isBusy = false;
  }

  private async answer({ recordings, ...texts }: TestSource): Promise<Omit<TestsState, "isRunning">> {
    try {
      const read = await Promise.all(recordings.map(async (file) => [file.path, await this.recording(file)] as const));
      return { run: await this.engine.test({ ...texts, recordings: Object.fromEntries(read) }), stopReason: null };
    } catch (error) {
      return { run: null, stopReason: error instanceof Error ? error.message : String(error) };
    }
  }

  /** A recording as base64: fetched once, and again when its file is replaced. */
  private recording({ path, digest }: RecordingFile): Promise<string> {
    const before = this.knownRecordings.get(path);
    if (before !== undefined && digest !== "" && before.digest === digest) return before.bytes;
    const bytes = this.read(path).then(asBase64);
    this.knownRecordings.set(path, { digest, bytes });
    bytes.catch(() => this.knownRecordings.delete(path));
    return bytes;
  }
}

async function asBase64(blob: Blob): Promise<string> {
  const data = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (let at = 0; at < data.length; at += 0x8000) text += String.fromCharCode(...data.subarray(at, at + 0x8000));
  return btoa(text);
}
