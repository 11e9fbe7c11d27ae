// The page of the figure of calls: one small rune in the front end's own runtime, again and again.
import { RuneInstance } from "../../../frontend/src/runtime/instance";
import { DEFAULT_LIMITS } from "../../../frontend/src/runtime/types";

const RUNS = 1000;
/** So long the engine may take to compile what is hot. */
const WARM_MILLISECONDS = 300;

/** Microseconds of a run, of each round. */
async function measure(rounds: number): Promise<number[]> {
  const answer = await fetch("/sine.rune");
  if (!answer.ok) throw new Error(`sine.rune answered ${answer.status}`);
  const instance = await RuneInstance.load(await answer.arrayBuffer(), DEFAULT_LIMITS);
  const inputs = new Map(instance.loadedRune.capabilities.map(({ id }) => [id, new ArrayBuffer(4)]));
  const end = performance.now() + WARM_MILLISECONDS;
  while (performance.now() < end) instance.run(inputs);
  return Array.from({ length: rounds }, () => {
    const start = performance.now();
    for (let run = 0; run < RUNS; run += 1) instance.run(inputs);
    return ((performance.now() - start) * 1000) / RUNS;
  });
}

Object.assign(window, { measure });
