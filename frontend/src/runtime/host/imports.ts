// The host's side of Rune's ABI v0: what each import does. Handles are counted from 1 in the order of the requests, one
// counter for all kinds, as the native runtime and rune.running.runtime do.
import {
  HANDLE_LIMIT,
  INPUT_BYTES,
  LOG_BYTES,
  LOG_LIMIT,
  MESSAGE_BYTES,
  MOST_OUTPUT_BYTES,
  NAME_BYTES,
  OUTPUT_TENSORS,
} from "../../declared/run-limits";
import { capabilityNumbered, type CapabilityKind } from "../capabilities";
import { decodeLog, decodeOutput } from "../tensors/decode";
import { RuneError } from "../errors";
import { textOf } from "../text";
import { GuestMemory } from "./guest-memory";
import { Handles } from "./handles";
import { HostModels } from "./models";
import { HostResources, type FindResource } from "./resources";
import { KnownShapes } from "../tensors/known-shapes";
import type { StageClock } from "../stage-times";
import type { Limits, LogLine, OutputKind, PackedTensor } from "../types";

const OUTPUTS: Readonly<Record<number, OutputKind>> = { 1: "SERIAL", 2: "BLE", 3: "PIN", 4: "WIFI", 5: "TENSOR" };

export interface HostCapability {
  readonly id: number;
  readonly kind: CapabilityKind;
  readonly parameters: Record<string, number>;
}

interface HostOutput {
  readonly id: number;
  readonly kind: OutputKind;
}

/** Gives the bytes of a capability; the rune asks for exactly `size`. */
export type ReadInput = (capability: HostCapability, size: number) => Uint8Array;

/** The requests and outputs of one instance of a rune. */
export class Host {
  readonly capabilities = new Map<number, HostCapability>();
  readonly outputs = new Map<number, HostOutput>();
  messages: { channel: number; data: Uint8Array<ArrayBuffer> }[] = [];
  logs: LogLine[] = [];
  /** Hears the marks of a timed rune, while there is one. */
  stageClock: StageClock | null = null;
  /** Set for each run. */
  read: ReadInput = (capability) => {
    throw new RuneError("input", `Nothing was given for the ${capability.kind} input.`);
  };
  readonly memory = new GuestMemory();
  readonly models: HostModels;
  readonly #handles = new Handles();
  readonly #shapes = new KnownShapes();
  readonly resources: HostResources;
  #inputBytes = 0;
  #outputBytes = 0;
  readonly #limits: Limits;

  constructor(limits: Limits, findResource: FindResource = () => null) {
    this.#limits = limits;
    this.models = new HostModels(this.memory, this.#handles);
    this.resources = new HostResources(this.memory, this.#handles, findResource);
  }

  beginRun(read: ReadInput): void {
    this.read = read;
    this.messages = [];
    this.logs = [];
    this.models.milliseconds = 0;
    this.#inputBytes = 0;
    this.#outputBytes = 0;
  }

  /** The messages of this run, decoded. Throws a `stopped` error for more tensors than a page draws. */
  results(): { channel: number; tensors: PackedTensor[] }[] {
    let count = 0;
    return this.messages.map(({ channel, data }) => {
      const tensors = decodeOutput(this.outputs.get(channel)?.kind ?? "SERIAL", data, this.#shapes);
      count += tensors.length;
      if (count > OUTPUT_TENSORS) {
        throw new RuneError("stopped", `The rune was stopped: one run sent more than ${OUTPUT_TENSORS} tensors.`);
      }
      return { channel, tensors };
    });
  }

  /** Every function of the ABI, by name. A rune imports those that it uses. */
  imports(): Record<string, (...values: number[]) => number> {
    return {
      _debug: (address = 0, size = 0) => {
        if (this.stageClock?.hear(address, () => this.#text(address, size)) === true) return 0;
        const bytes = this.memory.bytes("_debug", address, size);
        if (this.logs.length < LOG_LIMIT) this.logs.push(decodeLog(bytes.slice(0, LOG_BYTES)));
        return 0;
      },
      request_capability: (kind = 0) => this.#requestCapability(kind),
      request_capability_set_param: (...values) => this.#setParameter(values),
      request_provider_response: (address = 0, size = 0, id = 0) => this.#provide(address, size, id),
      request_output: (kind = 0) => this.#requestOutput(kind),
      consume_output: (id = 0, address = 0, size = 0) => this.#consume(id, address, size),
      rune_model_load: (...values) => this.models.load(values),
      rune_model_infer: (id = 0, inputs = 0, outputs = 0) => this.models.infer(id, inputs, outputs),
      rune_resource_open: (address = 0, size = 0) => this.resources.open(address, size),
      rune_resource_read: (id = 0, address = 0, size = 0) => this.resources.read(id, address, size),
      rune_resource_close: (id = 0) => this.resources.close(id),
      tfm_preload_model: (address = 0, size = 0) => this.models.preload(address, size),
      tfm_model_invoke: (...values) => this.models.invoke(values),
    };
  }

  #text(address: number, size: number): string {
    return textOf(this.memory.bytes("_debug", address, size).slice(0, LOG_BYTES));
  }

  #requestCapability(kind: number): number {
    const kindName = capabilityNumbered(kind)?.name;
    if (kindName === undefined)
      throw new RuneError("request", `The rune asks for the unknown capability type ${kind}.`);
    const id = this.#handles.take();
    this.capabilities.set(id, { id, kind: kindName, parameters: {} });
    return id;
  }

  #setParameter(values: readonly number[]): number {
    const [id = 0, keyAt = 0, keySize = 0, valueAt = 0, valueSize = 0, type = 0] = values;
    const capability = this.#capability(id);
    if (keySize > NAME_BYTES) {
      throw new RuneError("request", `The rune set a parameter whose name has ${keySize} bytes.`);
    }
    const key = textOf(this.memory.bytes("request_capability_set_param", keyAt, keySize));
    const raw = this.memory.bytes("request_capability_set_param", valueAt, valueSize);
    if (Object.keys(capability.parameters).length >= HANDLE_LIMIT) {
      throw new RuneError("stopped", `The rune was stopped: it set more than ${HANDLE_LIMIT} parameters.`);
    }
    const value = parameterValue(type, new DataView(raw.buffer, raw.byteOffset, raw.byteLength));
    if (value === null) {
      throw new RuneError("request", `The rune set a parameter of ${valueSize} bytes and the value type ${type}.`);
    }
    capability.parameters[key.slice(0, 100)] = value;
    return 0;
  }

  #provide(address: number, size: number, id: number): number {
    const capability = this.#capability(id);
    const target = this.memory.bytes("request_provider_response", address, size);
    this.#inputBytes += target.length;
    if (this.#inputBytes > INPUT_BYTES) {
      throw new RuneError("stopped", `The rune was stopped: one run read more than ${INPUT_BYTES >> 20} MB.`);
    }
    const data = this.read(capability, target.length);
    if (data.length > target.length) {
      throw new RuneError(
        "input",
        `The rune reads ${target.length} bytes of its ${capability.kind} input, but ${data.length} were given.`,
      );
    }
    target.set(data);
    if (data.length < target.length) {
      target.fill(0, data.length);
      const message = `The ${capability.kind} input has ${data.length} of ${target.length} bytes; the rest is zero`;
      if (this.logs.length < LOG_LIMIT) this.logs.push({ level: "WARN", message });
    }
    return target.length;
  }

  #requestOutput(kind: number): number {
    const kindName = OUTPUTS[kind];
    if (kindName === undefined) throw new RuneError("request", `The rune asks for the unknown output type ${kind}.`);
    const id = this.#handles.take();
    this.outputs.set(id, { id, kind: kindName });
    return id;
  }

  #consume(id: number, address: number, size: number): number {
    if (!this.outputs.has(id)) {
      throw new RuneError("request", `The rune wrote to the output ${id}, which it never asked for.`);
    }
    const data = this.memory.bytes("consume_output", address, size);
    this.#outputBytes += Math.max(data.length, MESSAGE_BYTES);
    if (this.#outputBytes > this.#limits.outputBytes) {
      const megabytes = this.#limits.outputBytes / (1 << 20);
      const isMost = this.#limits.outputBytes >= MOST_OUTPUT_BYTES;
      throw new RuneError(
        "stopped",
        `The rune was stopped: one run sent more than ${megabytes} MB.${isMost ? "" : " You can raise the limit."} ` +
          "A TENSOR output sends numbers as bytes, which take a third of the text that SERIAL sends.",
        isMost ? null : "output",
      );
    }
    this.messages.push({ channel: id, data: data.slice() });
    return size;
  }

  #capability(id: number): HostCapability {
    const capability = this.capabilities.get(id);
    if (capability === undefined) {
      throw new RuneError("request", `The rune uses the capability ${id}, which it never asked for.`);
    }
    return capability;
  }
}

function parameterValue(type: number, view: DataView): number | null {
  const size = view.byteLength;
  if (type === 1 && size === 4) return view.getInt32(0, true);
  if (type === 2 && size === 4) return view.getFloat32(0, true);
  if (type === 5 && size === 1) return view.getUint8(0);
  if (type === 6 && size === 2) return view.getInt16(0, true);
  if (type === 7 && size === 1) return view.getInt8(0);
  return null;
}
