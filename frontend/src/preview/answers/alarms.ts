// Which outputs of a rune are the alarm of a score above a threshold, and which count objects, as its graph says. Pure.
import type { Card } from "../readings/readings";

type Entries = Readonly<Record<string, unknown>>;

/** A score, and the thresholds at which its alarm begins and ends. */
export interface Alarm {
  readonly score: number;
  readonly on: number;
  readonly off: number;
}

/** The score behind a word that a threshold decides; null of other words. */
export function alarmOf(graph: object | null, word: Card, cards: readonly Card[]): Alarm | null {
  const { outputs, blocks } = partsOf(graph);
  const [answer] = list(entries(outputs[word.stage ?? ""]).inputs);
  const label = answer === undefined ? undefined : blockOf(blocks, answer);
  const [decision] = label === undefined || !isBlock(label, "label") ? [] : list(label.inputs);
  const threshold = decision === undefined ? undefined : blockOf(blocks, decision);
  if (threshold === undefined || !isBlock(threshold, "hysteresis")) return null;
  const [source] = list(threshold.inputs);
  const stage = Object.keys(outputs).find((name) => list(entries(outputs[name]).inputs)[0] === source);
  const score = cards.find((card) => card.kind === "number" && card.stage === stage);
  const { on, off } = entries(threshold.args);
  const [begins, ends] = [Number(on), Number(off)];
  if (score?.kind !== "number" || !(begins > 0) || !Number.isFinite(ends)) return null;
  return { score: score.value, on: begins, off: ends };
}

/** Whether an output says how many objects of each label there are. */
export function countsObjects(graph: object | null, stage: string | null): boolean {
  const { outputs, blocks } = partsOf(graph);
  const [counts] = list(entries(outputs[stage ?? ""]).inputs);
  const block = counts === undefined ? undefined : blockOf(blocks, counts);
  return block !== undefined && isBlock(block, "count_on_grid") && list(block.outputs)[0] === counts;
}

function partsOf(graph: object | null): { readonly outputs: Entries; readonly blocks: readonly Entries[] } {
  const { outputs, "proc-blocks": blocks } = entries(graph);
  return { outputs: entries(outputs), blocks: Object.values(entries(blocks)).map(entries) };
}

function blockOf(blocks: readonly Entries[], tensor: string): Entries | undefined {
  return blocks.find((block) => list(block.outputs).includes(tensor));
}

function isBlock({ path }: Entries, name: string): boolean {
  return String(path).split(/[#/]/u).at(-1) === name;
}

function entries(value: unknown): Entries {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Entries) : {};
}

function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
