// A very small WebAssembly assembler: runes for the tests, whose bytes can be read in their text.
import { writeLeb } from "./contents/sections";

const I32 = 0x7f;
const IMPORTS: readonly (readonly [name: string, parameters: number])[] = [
  ["_debug", 2],
  ["request_capability", 1],
  ["request_capability_set_param", 6],
  ["request_provider_response", 3],
  ["request_output", 1],
  ["consume_output", 3],
  ["rune_model_load", 8],
  ["rune_resource_open", 2],
];

export type ImportName =
  | "_debug"
  | "request_capability"
  | "request_capability_set_param"
  | "request_provider_response"
  | "request_output"
  | "consume_output"
  | "rune_model_load"
  | "rune_resource_open";

export const UNREACHABLE = [0x00];
export const FOREVER = [0x03, 0x40, 0x0c, 0x00, 0x0b];
/** Grows the memory page by page until it cannot, then gives up. */
export const GROW = [0x03, 0x40, 0x41, 0x01, 0x40, 0x00, 0x41, 0x7f, 0x46, 0x04, 0x40, 0x00, 0x0b, 0x0c, 0x00, 0x0b];

export function constant(value: number): number[] {
  const bytes: number[] = [0x41];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(isLast ? low : low | 0x80);
    if (isLast) return bytes;
  }
}

/** Calls an import with constants and drops what it gives. */
export function call(name: ImportName, ...values: readonly number[]): number[] {
  const index = IMPORTS.findIndex(([importName]) => importName === name);
  return [...values.flatMap(constant), 0x10, index, 0x1a];
}

export interface TestModule {
  readonly manifest?: readonly number[];
  readonly call?: readonly number[];
  readonly data?: readonly (readonly [address: number, bytes: Uint8Array | string])[];
  readonly pages?: number;
  readonly maximumPages?: number;
  readonly sections?: readonly (readonly [name: string, payload: Uint8Array | string])[];
  readonly importModule?: string;
  readonly withoutExports?: boolean;
}

export function assemble(module: TestModule): ArrayBuffer {
  const { manifest = [], call: body = [], data = [], pages = 1, maximumPages, sections = [] } = module;
  const types = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((count) => [
    0x60,
    ...vector(Array<number[]>(count).fill([I32])),
    1,
    I32,
  ]);
  const imports = IMPORTS.map(([name, count]) => [...text(module.importModule ?? "env"), ...text(name), 0, count]);
  const first = IMPORTS.length;
  const exports = [
    [...text("memory"), 2, 0],
    [...text("_manifest"), 0, first],
    [...text("_call"), 0, first + 1],
  ];
  const memory =
    maximumPages === undefined ? [0, ...writeLeb(pages)] : [1, ...writeLeb(pages), ...writeLeb(maximumPages)];
  const bytes = [
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(2, vector(imports)),
    ...section(3, [2, 0, 3]),
    ...section(5, [1, ...memory]),
    ...section(7, vector(module.withoutExports === true ? [] : exports)),
    ...section(10, vector([code([...manifest, ...constant(1)]), code([...body, ...constant(0)])])),
    ...section(11, vector(data.map(([at, raw]) => [0, ...constant(at), 0x0b, ...sized(bytesOf(raw))]))),
    ...sections.flatMap(([name, payload]) => section(0, [...text(name), ...bytesOf(payload)])),
  ];
  return Uint8Array.from(bytes).buffer;
}

/** A rune that reads `size` bytes of one capability to address 4096, then sends `message` to one output. */
export function echo(
  kind: number,
  size: number,
  message: string | Uint8Array,
  rest: TestModule = {},
  output = 1,
): ArrayBuffer {
  const bytes = bytesOf(message);
  return assemble({
    ...rest,
    manifest: [...call("request_capability", kind), ...(rest.manifest ?? []), ...call("request_output", output)],
    call: [
      ...call("request_provider_response", 4096, size, 1),
      ...(rest.call ?? []),
      ...call("consume_output", 2, 0, bytes.length),
    ],
    data: [[0, bytes], ...(rest.data ?? [])],
  });
}

/** A rune that sends what it read back as a TENSOR of `shape`. */
export function mirror(
  kind: number,
  size: number,
  shape: string,
  more: Pick<TestModule, "sections"> = {},
): ArrayBuffer {
  const name = new TextEncoder().encode(shape);
  const header = Uint8Array.from([name.length, 0, 0, 0, ...name]);
  return assemble({
    manifest: [...call("request_capability", kind), ...call("request_output", 5)],
    call: [
      ...call("request_provider_response", header.length, size, 1),
      ...call("consume_output", 2, 0, header.length + size),
    ],
    data: [[0, header]],
    ...more,
  });
}

function section(id: number, body: readonly number[]): number[] {
  return [id, ...sized(body)];
}

function sized(body: ArrayLike<number> & Iterable<number>): number[] {
  return [...writeLeb(body.length), ...body];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...writeLeb(items.length), ...items.flat()];
}

function code(body: readonly number[]): number[] {
  return sized([0, ...body, 0x0b]);
}

function text(value: string): number[] {
  return sized(new TextEncoder().encode(value));
}

function bytesOf(value: Uint8Array | string): Uint8Array {
  return typeof value === "string" ? new TextEncoder().encode(value) : value;
}
