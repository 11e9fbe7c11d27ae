// The host's side of Rune's ABI v0: what each import does. Handles are counted from 1 in the order of the requests, one
// counter for all kinds, as the native runtime and rune.runtime do.
import { decodeLog, decodeOutput } from "./decode";
import { RuneError } from "./errors";
import type { CapabilityKind, Limits, LogLine, OutputKind, OutputTensor } from "./types";

const CAPABILITIES: Readonly<Record<number, CapabilityKind>> = {
  1: "RAND",
  2: "SOUND",
  3: "ACCEL",
  4: "IMAGE",
  5: "RAW",
  6: "FLOAT_IMAGE",
};
const OUTPUTS: Readonly<Record<number, OutputKind>> = { 1: "SERIAL", 2: "BLE", 3: "PIN", 4: "WIFI", 5: "TENSOR" };
const HANDLE_LIMIT = 1024;
const LOG_LIMIT = 200;
const LOG_BYTES = 4096;
/** Of a parameter's name, which the host keeps. */
const NAME_BYTES = 1024;
/** What a message costs the host at least, however little is in it. */
const MESSAGE_BYTES = 64;

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

/** What one instance of a rune has asked for and said. */
export class Host {
  readonly capabilities = new Map<number, HostCapability>();
  readonly outputs = new Map<number, HostOutput>();
  messages: { channel: number; data: Uint8Array }[] = [];
  logs: LogLine[] = [];
  /** Set for each run. */
  read: ReadInput = (capability) => {
    throw new RuneError("input", `Nothing was given for the ${capability.kind} input.`);
  };
  #memory: WebAssembly.Memory | null = null;
  #handles = 0;
  #outputBytes = 0;
  readonly #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** The memory that the rune exports; it exists only once the module is instantiated. */
  useMemory(memory: WebAssembly.Memory): void {
    this.#memory = memory;
  }

  beginRun(read: ReadInput): void {
    this.read = read;
    this.messages = [];
    this.logs = [];
    this.#outputBytes = 0;
  }

  /** What was sent in this run, decoded. */
  results(): { channel: number; tensors: OutputTensor[] }[] {
    return this.messages.map(({ channel, data }) => ({
      channel,
      tensors: decodeOutput(this.outputs.get(channel)?.kind ?? "SERIAL", data),
    }));
  }

  /** Every function of the ABI, by name. A rune imports those that it uses. */
  imports(): Record<string, (...values: number[]) => number> {
    const noModel = () => {
      throw new RuneError("host-model", "This rune asks its host to run a model, which this version does not do yet.");
    };
    const noResource = (id = 0) => {
      throw new RuneError("request", `The rune uses the resource ${id}, which was never opened.`);
    };
    return {
      _debug: (address = 0, size = 0) => {
        const bytes = this.#bytes("_debug", address, size);
        if (this.logs.length < LOG_LIMIT) this.logs.push(decodeLog(bytes.slice(0, LOG_BYTES)));
        return 0;
      },
      request_capability: (kind = 0) => this.#requestCapability(kind),
      request_capability_set_param: (...values) => this.#setParameter(values),
      request_provider_response: (address = 0, size = 0, id = 0) => this.#provide(address, size, id),
      request_output: (kind = 0) => this.#requestOutput(kind),
      consume_output: (id = 0, address = 0, size = 0) => this.#consume(id, address, size),
      rune_model_load: noModel,
      rune_model_infer: noModel,
      // No resource is given by this host: the rune then takes its built-in default.
      rune_resource_open: (address = 0, size = 0) => {
        this.#bytes("rune_resource_open", address, size);
        return -1;
      },
      rune_resource_read: noResource,
      rune_resource_close: noResource,
      tfm_preload_model: noModel,
      tfm_model_invoke: noModel,
    };
  }

  #requestCapability(kind: number): number {
    const known = CAPABILITIES[kind];
    if (known === undefined) throw new RuneError("request", `The rune asks for the unknown capability type ${kind}.`);
    const id = this.#newHandle();
    this.capabilities.set(id, { id, kind: known, parameters: {} });
    return id;
  }

  #setParameter(values: readonly number[]): number {
    const [id = 0, keyAt = 0, keySize = 0, valueAt = 0, valueSize = 0, type = 0] = values;
    const capability = this.#capability(id);
    if (keySize > NAME_BYTES) {
      throw new RuneError("request", `The rune set a parameter whose name has ${keySize} bytes.`);
    }
    const key = new TextDecoder().decode(this.#bytes("request_capability_set_param", keyAt, keySize));
    const raw = this.#bytes("request_capability_set_param", valueAt, valueSize);
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
    const target = this.#bytes("request_provider_response", address, size);
    const data = this.read(capability, target.length);
    if (data.length !== target.length) {
      throw new RuneError(
        "input",
        `The rune reads ${target.length} bytes of its ${capability.kind} input, but ${data.length} were given.`,
      );
    }
    target.set(data);
    return target.length;
  }

  #requestOutput(kind: number): number {
    const known = OUTPUTS[kind];
    if (known === undefined) throw new RuneError("request", `The rune asks for the unknown output type ${kind}.`);
    const id = this.#newHandle();
    this.outputs.set(id, { id, kind: known });
    return id;
  }

  #consume(id: number, address: number, size: number): number {
    if (!this.outputs.has(id)) {
      throw new RuneError("request", `The rune wrote to the output ${id}, which it never asked for.`);
    }
    const data = this.#bytes("consume_output", address, size);
    this.#outputBytes += Math.max(data.length, MESSAGE_BYTES);
    if (this.#outputBytes > this.#limits.outputBytes) {
      throw new RuneError("stopped", `The rune was stopped: one run sent more than ${this.#limits.outputBytes} bytes.`);
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

  #newHandle(): number {
    if (this.#handles >= HANDLE_LIMIT) {
      throw new RuneError("stopped", `The rune was stopped: it asked for more than ${HANDLE_LIMIT} handles.`);
    }
    this.#handles += 1;
    return this.#handles;
  }

  /** A view of the rune's memory; WebAssembly gives addresses with a sign, which they do not have. */
  #bytes(name: string, address: number, size: number): Uint8Array {
    if (this.#memory === null) throw new RuneError("request", `The rune called ${name} before it was loaded.`);
    const start = address >>> 0;
    const length = size >>> 0;
    const memory = this.#memory.buffer;
    if (start + length > memory.byteLength) {
      throw new RuneError(
        "pointer",
        `The rune called ${name} with ${length} bytes at address ${start}, outside its memory of ${memory.byteLength} bytes.`,
      );
    }
    return new Uint8Array(memory, start, length);
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
