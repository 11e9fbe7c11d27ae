// Says which outputs of a rune are the alarm of a score above a threshold, as its graph says. Pure.
import type { Card } from "../readings/readings";
import { blockOf, entries, isBlock, list, partsOf } from "./graph";

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
