// The numbers of the Runefile that scores are compared with: which they are, and one edit that writes another. Fetched when
// somebody tunes a threshold.
import type { ScoresPlace, TextNumber, ThresholdHost } from "../../preview";
import { GraphLanguage } from "./graph-language";
import type { ArgumentValue, GraphEdit, OneEdit, Port, PortsAnswer, StageArgument } from "./graph-requests";
import { sourceOf, unusedName } from "./label-stages";
import { isReplayable } from "../session/samples/replayable";
import type { Workspace } from "../session/workspace";

type Language = Pick<GraphLanguage, "ports" | "arguments">;

/** The name of the argument for the number below which a call is over. */
const OFF = "off";
/** How far below the threshold that is added it is over again, as a part of it. */
const RELEASE = 0.8;

/** The thresholds of the stages that read these scores first. */
export async function numbersBehind(language: Language, place: ScoresPlace): Promise<readonly TextNumber[]> {
  const ports = await language.ports();
  const source = sourceOf(ports, { ...place, count: 0 });
  if (source === null) return [];
  const readers = readersOf(ports, source);
  const all = await Promise.all(readers.map(async (stage) => thresholdsOf(stage, await language.arguments(stage))));
  return all.flat();
}

/** The blocks whose first input is this port. */
export function readersOf({ stages }: PortsAnswer, source: Port): readonly string[] {
  return stages.flatMap(({ name, kind, inputs: [first] }) =>
    kind === "block" && first?.source?.stage === source.stage && first.source.index === source.index ? [name] : [],
  );
}

function thresholdsOf(stage: string, all: readonly StageArgument[]): readonly TextNumber[] {
  const off = numberOf(all.find(({ name }) => name === OFF));
  return all.flatMap((argument) => {
    const value = numberOf(argument);
    return argument.threshold && value !== null && isUsual(value) ? [{ stage, name: argument.name, value, off }] : [];
  });
}

function numberOf(argument: StageArgument | undefined): number | null {
  const value: ArgumentValue | null = argument?.value ?? argument?.default ?? null;
  return value === null || !Number.isFinite(Number(value)) ? null : Number(value);
}

/** A default that lets everything through is no threshold yet. */
function isUsual(value: number): boolean {
  return Math.abs(value) < 1e30;
}

/** Writes it; what it is over below stays below it, as far as before. */
export function writeEdit({ stage, name, value: before, off }: TextNumber, value: number): GraphEdit {
  const set = (argument: string, next: number): OneEdit => ({
    edit: "set-argument",
    stage,
    name: argument,
    value: next,
  });
  if (off === null || off < value) return set(name, value);
  return { edit: "several", edits: [set(OFF, Number((value - (before - off)).toPrecision(6))), set(name, value)] };
}

/** A switch behind the scores, and an output that sends it. */
export function addEdit(source: Port, value: number, names: ReadonlySet<string>): GraphEdit {
  const [block, output] = [unusedName("threshold", names), unusedName("above", names)];
  const off = Number((value > 0 ? value * RELEASE : value - 1 + RELEASE).toPrecision(6));
  return {
    edit: "several",
    edits: [
      {
        edit: "add-stage",
        kind: "block",
        target: "hysteresis",
        name: block,
        inputs: [source],
        arguments: { on: value, off },
      },
      { edit: "add-stage", kind: "output", target: "SERIAL", name: output, inputs: [{ stage: block, index: 0 }] },
    ],
  };
}

/** The project's recordings for tests that the person may play, each read when it is its turn; tables are left out. */
export async function recordingsOf({ client }: Pick<Workspace, "client">): ReturnType<ThresholdHost["recordings"]> {
  return (await client.samples()).samples
    .filter(({ split, playable }) => split === "test" && playable)
    .filter(isReplayable)
    .map(({ id, label, kind }) => ({
      id,
      label,
      read: async () => ({ label, kind, file: await client.recording(id) }),
    }));
}

export function numbersOf(workspace: Workspace, place: ScoresPlace): Promise<readonly TextNumber[]> {
  return numbersBehind(new GraphLanguage(workspace), place);
}

export function writeNumber(workspace: Workspace, number: TextNumber, value: number): Promise<string | null> {
  return new GraphLanguage(workspace).edit(writeEdit(number, value));
}

export async function addThreshold(workspace: Workspace, place: ScoresPlace, value: number): Promise<string | null> {
  const language = new GraphLanguage(workspace);
  const ports = await language.ports();
  const source = sourceOf(ports, { ...place, count: 0 });
  if (source === null) {
    workspace.toasts.say("The stage that gives these scores is not in the text. Add a hysteresis block in the graph.");
    return null;
  }
  return language.edit(addEdit(source, value, new Set(ports.stages.map(({ name }) => name))));
}
