// A rune's description of itself in its sections, without running any of it: for a page that shows a file before it
// starts.
import { carriedResources } from "./resources";
import { describe } from "./graph";
import { isRecord } from "../records";
import { readSections, type Section } from "./sections";

export interface RuneContents {
  /** The name of the rune, and of the toolchain that built it, where it says so. */
  readonly name: string | null;
  readonly version: string | null;
  /** The resources that it may read from its host. */
  readonly resources: readonly InspectedResource[];
}

export interface InspectedResource {
  readonly name: string;
  readonly isBinary: boolean;
  /** Whether the rune has a default for it. */
  readonly hasDefault: boolean;
}

/** Throws a `bad-rune` error where the bytes are no module. */
export function inspect(rune: ArrayBuffer): RuneContents {
  const sections = readSections(new Uint8Array(rune));
  const { name, version, graph } = describe(sections);
  return { name, version, resources: imports(sections, "rune_resource_open") ? readResources(graph, sections) : [] };
}

function readResources(graph: object | null, sections: readonly Section[]): InspectedResource[] {
  const resourceNames = carriedNames(sections);
  const entries = isRecord(graph) && isRecord(graph.resources) ? Object.entries(graph.resources) : [];
  const resources = new Map<string, InspectedResource>(
    [...resourceNames].map((name) => [name, { name, isBinary: false, hasDefault: true }]),
  );
  for (const [name, value] of entries) {
    const { ty, default_value: byDefault } = isRecord(value) ? value : {};
    const hasDefault = resourceNames.has(name) || (byDefault !== null && byDefault !== undefined);
    resources.set(name, { name, isBinary: ty === "binary", hasDefault });
  }
  return [...resources.values()];
}

function carriedNames(sections: readonly Section[]): ReadonlySet<string> {
  try {
    return new Set(carriedResources(sections).keys());
  } catch {
    return new Set();
  }
}

/** Whether the import section has this name: a section is small, and the name is unlike anything else in it. */
function imports(sections: readonly Section[], name: string): boolean {
  const section = sections.find(({ id }) => id === IMPORT);
  return section !== undefined && new TextDecoder("latin1").decode(section.body).includes(name);
}

const IMPORT = 2;
