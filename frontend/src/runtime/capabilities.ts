// The capabilities as the toolchain declares them (rune/capabilities), and how they are found. Pure.
import { DECLARED_CAPABILITIES } from "../declared/capabilities";

/** A sensor of a browser, as programs name it. */
export type Sensor = NonNullable<(typeof DECLARED_CAPABILITIES)[number]["sensor"]>;

export type CapabilityKind = (typeof DECLARED_CAPABILITIES)[number]["name"];

/** The kind of data in a recording. */
export type RecordingKind = "sound" | "picture" | "motion";

export interface Capability {
  /** In a Runefile. */
  readonly name: CapabilityKind;
  /** In Rune's ABI. */
  readonly number: number;
  /** In the graph that a rune carries. */
  readonly graphType: string;
  readonly label: string;
  /** The element that a host provides. */
  readonly element: string;
  /** False where its bytes may be read as any type. */
  readonly isTyped: boolean;
  readonly isRandom: boolean;
  /** Null where nobody records it. */
  readonly recording: RecordingKind | null;
  /** The sensor of this browser that gives it; null where none does. */
  readonly sensor: Sensor | null;
  /** The endings of the files that it reads, such as `.wav`. */
  readonly endings: readonly string[];
  /** The generated inputs that a page offers first. */
  readonly examples: readonly string[];
}

export const CAPABILITIES: readonly Capability[] = DECLARED_CAPABILITIES;

const BY_NAME: ReadonlyMap<string, Capability> = new Map(CAPABILITIES.map((each) => [each.name, each]));
const BY_NUMBER: ReadonlyMap<number, Capability> = new Map(CAPABILITIES.map((each) => [each.number, each]));
const BY_GRAPH_TYPE: ReadonlyMap<string, Capability> = new Map(CAPABILITIES.map((each) => [each.graphType, each]));

export function capabilityOf({ kind }: { readonly kind: CapabilityKind }): Capability {
  const capability = BY_NAME.get(kind);
  if (capability === undefined) throw new Error(`There is no capability ${kind}.`);
  return capability;
}

export function capabilityNumbered(number: number): Capability | undefined {
  return BY_NUMBER.get(number);
}

export function capabilityOfGraphType(type: string): Capability | undefined {
  return BY_GRAPH_TYPE.get(type);
}

/** The graph's name of a capability that is named as in a Runefile; of an unknown one in lower case. */
export function graphTypeOf(name: string): string {
  return BY_NAME.get(name)?.graphType ?? name.toLowerCase();
}

/** The kind of recording for a capability; null where nobody records it. */
export function recordingOf(request: { readonly kind: CapabilityKind }): RecordingKind | null {
  return capabilityOf(request).recording;
}

/** Whether samples of this kind are recordings of one capability: a table, for one, has numbers of any sensors. */
export function isRecordingKind(kind: string): kind is RecordingKind {
  return CAPABILITIES.some(({ recording }) => recording === kind);
}

/** The endings of the files that hold recordings of a kind. */
export function endingsOf(recording: RecordingKind): readonly string[] {
  return [...new Set(CAPABILITIES.filter((each) => each.recording === recording).flatMap(({ endings }) => endings))];
}

/** The kind of recording in a file, by its name; null where it is no recording. */
export function recordingOfFile(name: string): RecordingKind | null {
  const path = name.toLowerCase();
  const isOf = ({ recording, endings }: Capability) => recording !== null && endings.some((end) => path.endsWith(end));
  return CAPABILITIES.find(isOf)?.recording ?? null;
}
