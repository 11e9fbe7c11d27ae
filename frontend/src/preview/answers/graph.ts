// Reads the graph that a rune carries: which block sends a tensor, and which output stage sends what. Pure, and tolerant: a
// graph is foreign, and anything odd in it counts as missing.

export type Entries = Readonly<Record<string, unknown>>;

export interface GraphParts {
  readonly outputs: Entries;
  readonly blocks: readonly Entries[];
  readonly tensors: Entries;
}

export function partsOf(graph: object | null): GraphParts {
  const { outputs, "proc-blocks": blocks, tensors } = entries(graph);
  return { outputs: entries(outputs), blocks: Object.values(entries(blocks)).map(entries), tensors: entries(tensors) };
}

/** The tensor that an output stage sends first; undefined where the graph does not say. */
export function sentBy(stage: string | null, { outputs }: GraphParts): string | undefined {
  return list(entries(outputs[stage ?? ""]).inputs)[0];
}

/** The block that sends a tensor. */
export function blockOf(blocks: readonly Entries[], tensor: string): Entries | undefined {
  return blocks.find((block) => list(block.outputs).includes(tensor));
}

export function isBlock({ path }: Entries, name: string): boolean {
  return String(path).split(/[#/]/u).at(-1) === name;
}

export function entries(value: unknown): Entries {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Entries) : {};
}

export function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
