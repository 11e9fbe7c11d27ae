// A rune that is loaded and can be run: the part of the page worker that knows no messages. Tests run it under Node.
import { carriedResources } from "./contents/resources";
import { RuneError } from "./errors";
import { describe, type GraphOutput, type GraphWire } from "./contents/graph";
import { Host, type ReadInput } from "./host/imports";
import type { FindResource } from "./host/resources";
import { openNoModel } from "./interpreters/open";
import type { OpenModel } from "./interpreters/interpreter";
import { describeCapabilities, describeOutputs, watchedWires } from "./requests";
import { customSections, readSections, type Section } from "./contents/sections";
import { watchLayout } from "./contents/watch";
import { takeCounters } from "./host/counters";
import { withMemoryMaximum, withTableMaxima } from "./contents/maxima";
import { nodeOf, withMeaning } from "./message-nodes";
import { clockStep, StageClock } from "./stage-times";
import type {
  Limits,
  LoadedRune,
  OutputMessage,
  PackedMessage,
  PackedResult,
  PackedTensor,
  RuneCounts,
  StageTimes,
  WatchedMessage,
} from "./types";

/** A run shorter than this cannot be told from the clock's own grain, which browsers make coarse on purpose. */
const CLOCK_MILLISECONDS = 2;
const TIMING_MILLISECONDS = 4;
const TIMING_RUNS = 200;
const TIMING_INTERVAL_MILLISECONDS = 2000;
/** Runs of one look at the stages, and how long it may take: the worker is the stages' alone. */
const STAGE_RUNS = 500;
const STAGE_MILLISECONDS = 250;

/** A rune that gives up with this share of its memory taken gave up for want of memory: it grows in steps of its own. */
const NEARLY_ALL = 0.9;

/** The settings with which a rune is loaded, beside its bytes. */
export interface Setting {
  readonly resources?: ReadonlyMap<string, ArrayBuffer>;
  readonly openModel?: OpenModel;
  /** Called before anything of the rune runs. */
  readonly onCompiled?: () => void;
  /** Called before its host's models are opened. */
  readonly onOpening?: () => void;
}

/** How a module ends that does not suit its engine. */
const REFUSALS: ReadonlySet<string> = new Set(["bad-rune", "trap"]);

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly manifest: () => void;
  readonly call: () => void;
  /** The address of its counters; null for a rune that does not export it. */
  readonly watch: (() => unknown) | null;
}

/** One rune with its state. After a run that threw anything but an `output` error it must be loaded again. */
export class RuneInstance {
  readonly loadedRune: LoadedRune;
  readonly #module: WebAssembly.Module;
  readonly #limits: Limits;
  readonly #host: Host;
  readonly #exports: Exports;
  readonly #outputs: readonly GraphOutput[];
  /** The watched wires, by the ids of the outputs that send them. */
  readonly #wires: ReadonlyMap<number, GraphWire>;
  readonly #find: FindResource;
  #usable = true;
  #timing: { at: number; milliseconds: number } | null = null;

  private constructor(
    module: WebAssembly.Module,
    limits: Limits,
    host: Host,
    exports: Exports,
    loadedRune: LoadedRune,
    outputs: readonly GraphOutput[],
    wires: ReadonlyMap<number, GraphWire>,
    find: FindResource,
  ) {
    this.#module = module;
    this.#limits = limits;
    this.#host = host;
    this.#exports = exports;
    this.loadedRune = loadedRune;
    this.#outputs = outputs;
    this.#wires = wires;
    this.#find = find;
  }

  /**
   * Compiles a rune with a memory maximum, or its second module where this engine is one for that, calls its `_manifest`,
   * and opens its host's models. Throws `RuneError`.
   */
  static async load(rune: ArrayBuffer, limits: Limits, setting: Setting = {}): Promise<RuneInstance> {
    const sections = readSections(new Uint8Array(rune));
    const description = describe(sections);
    const find = resourceFinder(sections, setting.resources ?? new Map());
    const { module, host, exports } =
      (await startedSecond(sections, limits, find, setting)) ?? (await startRune(sections, limits, find, setting));
    const wires = watchedWires(host, description.watchedWires);
    const capabilities = describeCapabilities(host, description, () => probeSizes(module, limits, find));
    setting.onOpening?.();
    await host.models.open(setting.openModel ?? openNoModel);
    const loadedRune: LoadedRune = {
      name: description.name,
      models: host.models.loadedModels,
      capabilities,
      outputs: describeOutputs(
        [...host.outputs.values()].filter(({ id }) => !wires.has(id)),
        description.outputs,
      ),
      graph: description.graph,
      version: description.version,
      wordlists: description.wordlists,
      size: rune.byteLength,
      memory: description.memory,
      firstAnswer: description.firstAnswer,
      memoryPages: exports.memory.buffer.byteLength / 65536,
      watch: exports.watch === null ? null : watchLayout(sections),
    };
    return new RuneInstance(module, limits, host, exports, loadedRune, description.outputs, wires, find);
  }

  /** Runs the pipeline once. Throws `RuneError`. */
  run(inputs: ReadonlyMap<number, ArrayBuffer>): PackedResult {
    if (!this.#usable) throw new RuneError("stopped", "This rune was stopped in an earlier run. Start it again.");
    const read = inputReader(inputs);
    this.#host.beginRun(read);
    this.#usable = false;
    const start = performance.now();
    runGuarded(this.#host, this.#exports.memory, this.#limits, this.#exports.call);
    const milliseconds = performance.now() - start;
    this.#usable = true;
    const { logs, models } = this.#host;
    return {
      ...this.#messages(),
      milliseconds: this.#resolvedTime(milliseconds, start, read),
      modelMilliseconds: models.milliseconds,
      logs,
    };
  }

  /** Takes the counts since the rune was loaded, or since the last call; null where it counts nothing. Throws `RuneError`. */
  takeCounts(): RuneCounts | null {
    const layout = this.loadedRune.watch;
    const { memory, watch } = this.#exports;
    if (layout === null || watch === null) return null;
    if (!this.#usable) throw new RuneError("stopped", "This rune was stopped in an earlier run. Start it again.");
    let address: unknown;
    this.#usable = false;
    runGuarded(this.#host, memory, this.#limits, () => {
      address = watch();
    });
    const counts = takeCounters(this.#host.memory, layout, address);
    this.#usable = true;
    return counts;
  }

  /** The messages of the run: results, and of a watched wire the last one. */
  #messages(): Pick<PackedResult, "outputs" | "watchedMessages"> {
    const outputs: PackedMessage<OutputMessage>[] = [];
    const watchedMessages = new Map<number, PackedMessage<WatchedMessage>>();
    for (const { channel, tensors } of this.#host.results()) {
      const wire = this.#wires.get(channel);
      if (wire === undefined) outputs.push(this.#message(channel, tensors));
      else {
        const { stage, index, meaning } = wire;
        watchedMessages.set(channel, { stage, index, tensors: tensors.map((tensor) => withMeaning(tensor, meaning)) });
      }
    }
    return { outputs, watchedMessages: [...watchedMessages.values()] };
  }

  #message(channel: number, tensors: readonly PackedTensor[]): PackedMessage<OutputMessage> {
    const kind = this.#host.outputs.get(channel)?.kind ?? "SERIAL";
    const knownStage = this.loadedRune.outputs.find(({ id }) => id === channel)?.stage ?? null;
    const node = this.#outputs.find(({ stage }) => stage === knownStage) ?? nodeOf(this.#outputs, kind, tensors);
    return {
      channel,
      stage: node?.stage ?? null,
      tensors: tensors.map((tensor, index) => withMeaning(tensor, node?.meanings[index] ?? null)),
    };
  }

  /** Runs the pipeline again and again on one input, and tells what each of its stages took. Throws `RuneError`. */
  time(inputs: ReadonlyMap<number, ArrayBuffer>): StageTimes {
    if (!this.#usable) throw new RuneError("stopped", "This rune was stopped in an earlier run. Start it again.");
    const read = inputReader(inputs);
    const stages = new StageClock();
    const isStream = this.loadedRune.capabilities.some((each) => each.isStream === true);
    const step = clockStep();
    this.#usable = false;
    this.#host.beginRun(read);
    runGuarded(this.#host, this.#exports.memory, this.#limits, this.#exports.call);
    this.#host.stageClock = stages;
    const end = performance.now() + STAGE_MILLISECONDS;
    for (let run = 0; run < STAGE_RUNS && (run === 0 || performance.now() < end); run += 1) {
      this.#host.beginRun(read);
      stages.beginRun();
      runGuarded(this.#host, this.#exports.memory, this.#limits, this.#exports.call);
      stages.endRun(!isStream || this.#host.messages.length > 0);
    }
    this.#host.stageClock = null;
    this.#usable = true;
    return stages.read(step);
  }

  /**
   * The time of a run, finer than the clock: a fresh copy of the rune runs the same input again and again.
   * A copy, because blocks remember, and the rune itself must see each input once. Models of the host have no copy.
   */
  #resolvedTime(milliseconds: number, now: number, read: ReadInput): number {
    if (milliseconds >= CLOCK_MILLISECONDS || this.loadedRune.models.length > 0) return milliseconds;
    // A copy would be given one chunk of the stream again and again.
    if (this.loadedRune.capabilities.some(({ isStream }) => isStream === true)) return milliseconds;
    if (this.#timing === null || now - this.#timing.at > TIMING_INTERVAL_MILLISECONDS) {
      this.#timing = {
        at: now,
        milliseconds: timeOfCopy(this.#module, this.#limits, this.#find, read) ?? milliseconds,
      };
    }
    return this.#timing.milliseconds;
  }
}

interface StartedRune {
  readonly module: WebAssembly.Module;
  readonly host: Host;
  readonly exports: Exports;
}

async function startRune(
  sections: readonly Section[],
  limits: Limits,
  find: FindResource,
  setting: Setting,
): Promise<StartedRune> {
  const module = await compile(withMemoryMaximum(withTableMaxima(sections), limits.memoryPages));
  setting.onCompiled?.();
  const host = new Host(limits, find);
  return { module, host, exports: instantiate(module, host, limits) };
}

/**
 * The second module that a rune carries for engines whose relaxed SIMD is exact. It tries the engine before anything else
 * (rune/compiler/kernels/relaxed/trial.h) and refuses one that is not. Null then, where the engine cannot read it, and where there
 * is none: the rune itself runs, with the same results.
 */
async function startedSecond(
  sections: readonly Section[],
  limits: Limits,
  find: FindResource,
  setting: Setting,
): Promise<StartedRune | null> {
  const [relaxedModule] = customSections(sections, "rune_relaxed");
  if (relaxedModule === undefined || !WebAssembly.validate(relaxedModule)) return null;
  try {
    return await startRune(readSections(relaxedModule), limits, find, setting);
  } catch (error) {
    if (error instanceof RuneError && REFUSALS.has(error.name)) return null;
    throw error;
  }
}

async function compile(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch {
    const advice = "Fetch it again; if that does not help, build it again or take a newer browser.";
    throw new RuneError("bad-rune", `The file is damaged, or uses what this browser cannot run. ${advice}`);
  }
}

/** Links the imports, checks the exports and calls `_manifest`. */
function instantiate(module: WebAssembly.Module, host: Host, limits: Limits): Exports {
  const imports = host.imports();
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (from !== "env" || kind !== "function" || !Object.hasOwn(imports, name)) {
      throw new RuneError("bad-rune", `The rune asks its host for ${from}.${name}, which is not part of the ABI.`);
    }
  }
  let instance: WebAssembly.Instance;
  try {
    instance = new WebAssembly.Instance(module, { env: imports });
  } catch (error) {
    if (error instanceof RuneError) throw error;
    if (error instanceof WebAssembly.RuntimeError || isStackOverflow(error)) {
      throw new RuneError("trap", `The rune gave up while it was started: ${reason(error)}`);
    }
    if (error instanceof RangeError)
      throw new RuneError("memory", `The rune's memory cannot be allocated: ${reason(error)}`);
    throw new RuneError("bad-rune", `The rune cannot be started: ${reason(error)}`);
  }
  const { memory, _manifest: manifest, _call: call, _watch: watch } = instance.exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof manifest !== "function" || typeof call !== "function") {
    throw new RuneError("bad-rune", "The module does not export what a rune does: memory, _manifest and _call.");
  }
  host.memory.use(memory);
  const exports: Exports = {
    memory,
    manifest: () => void (manifest as () => unknown)(),
    call: () => void (call as (...values: number[]) => unknown)(0, 0, 0),
    watch: typeof watch === "function" ? () => (watch as () => unknown)() : null,
  };
  runGuarded(host, memory, limits, exports.manifest);
  return exports;
}

/** Enters the rune and names what ended it. */
function runGuarded(host: Host, memory: WebAssembly.Memory, limits: Limits, enter: () => void): void {
  try {
    enter();
  } catch (error) {
    if (error instanceof RuneError) throw error;
    if (memory.buffer.byteLength >= NEARLY_ALL * limits.memoryPages * 65536) {
      const megabytes = Math.round(limits.memoryPages / 16);
      throw new RuneError("memory", `The rune was stopped: it needed more than its ${megabytes} MB of memory.`);
    }
    const lastWords = host.logs.findLast((line) => line.level === "ERROR")?.message;
    const missingNames = [...host.resources.missingNames].map((name) => JSON.stringify(name)).join(" and ");
    const advice = missingNames === "" ? "" : ` It asked for ${missingNames}: a resource that was not given.`;
    throw new RuneError("trap", (lastWords ?? `The rune gave up: ${reason(error)}`) + advice);
  }
}

/** The page's resources go first, then those that the rune carries, which are read when one is first asked for. */
function resourceFinder(sections: readonly Section[], hostData: ReadonlyMap<string, ArrayBuffer>): FindResource {
  let ownResources: ReadonlyMap<string, Uint8Array> | null = null;
  return (name) => {
    const data = hostData.get(name);
    if (data !== undefined) return new Uint8Array(data);
    ownResources ??= carriedResources(sections);
    return ownResources.get(name) ?? null;
  };
}

function inputReader(inputs: ReadonlyMap<number, ArrayBuffer>): ReadInput {
  return (capability) => {
    const data = inputs.get(capability.id);
    if (data === undefined) throw new RuneError("input", `Nothing was given for the ${capability.kind} input.`);
    return new Uint8Array(data);
  };
}

/** Mean milliseconds of a run of a fresh copy, or null where the copy fails. */
function timeOfCopy(module: WebAssembly.Module, limits: Limits, find: FindResource, read: ReadInput): number | null {
  try {
    const host = new Host(limits, find);
    const exports = instantiate(module, host, limits);
    host.beginRun(read);
    exports.call();
    const start = performance.now();
    let runs = 0;
    let elapsed = 0;
    while (runs < TIMING_RUNS && elapsed < TIMING_MILLISECONDS) {
      host.beginRun(read);
      exports.call();
      runs += 1;
      elapsed = performance.now() - start;
    }
    return elapsed / runs;
  } catch {
    return null;
  }
}

/** How many bytes each capability reads, learnt by a run of a copy on zeros. */
function probeSizes(module: WebAssembly.Module, limits: Limits, find: FindResource): ReadonlyMap<number, number> {
  const sizes = new Map<number, number>();
  try {
    const host = new Host(limits, find);
    const exports = instantiate(module, host, limits);
    host.models.openNothing();
    host.beginRun((capability, size) => {
      sizes.set(capability.id, size);
      return new Uint8Array(size);
    });
    exports.call();
  } catch {
    // A rune that cannot bear zeros has still said what it reads, up to there.
  }
  return sizes;
}

/** A RangeError in Chromium and WebKit, an error of its own in Firefox. */
function isStackOverflow(error: unknown): boolean {
  return error instanceof Error && /stack|recursion/i.test(error.message);
}

function reason(error: unknown): string {
  if (isStackOverflow(error)) return "it ran out of stack.";
  const text = error instanceof Error ? error.message : String(error);
  return text === "unreachable" ? "it reached an unreachable instruction." : text;
}
