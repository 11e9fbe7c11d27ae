// Learning a last layer from a few examples, by the C of the block logistic_regression, compiled to WebAssembly. Runs in a
// page worker and in tests; knows no page.

/** Examples as numbers: a row of `columns` features each, one after another, and the label of each from 0. */
export interface Lesson {
  readonly rows: Float64Array;
  readonly labels: readonly number[];
  readonly columns: number;
  readonly classes: number;
}

/** A last layer: for each label a weight for each feature, and the bias behind. */
export interface LastLayer {
  readonly columns: number;
  readonly rows: readonly Float64Array[];
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly heap: () => number;
  readonly failure_bytes: () => number;
  readonly failure_size: () => number;
  readonly scratch_size: (rows: number, columns: number, classes: number) => number;
  readonly learn: (
    rows: number,
    labels: number,
    weights: number,
    scratch: number,
    count: number,
    columns: number,
    classes: number,
  ) => void;
}

const PAGE = 65536;
const NUMBER = Float64Array.BYTES_PER_ELEMENT;
/** How many times a part of the examples is left out, so that each of them is left out once. */
const FOLDS = 5;

export function moduleOf(base64: string): WebAssembly.Module {
  return new WebAssembly.Module(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
}

/** Learns the labels of a lesson, each of which has an example. Throws an Error whose message is for a person. */
export function learn(module: WebAssembly.Module, { rows, labels, columns, classes }: Lesson): LastLayer {
  const learner = new WebAssembly.Instance(module).exports as unknown as Exports;
  const { memory } = learner;
  const count = labels.length;
  const atRows = learner.heap();
  const atLabels = atRows + NUMBER * rows.length;
  const atWeights = atLabels + NUMBER * count;
  const atScratch = atWeights + NUMBER * classes * (columns + 1);
  const end = atScratch + learner.scratch_size(count, columns, classes);
  const lacking = Math.ceil((end - memory.buffer.byteLength) / PAGE);
  if (lacking > 0) memory.grow(lacking);
  new Float64Array(memory.buffer, atRows, rows.length).set(rows);
  new Float64Array(memory.buffer, atLabels, count).set(labels);
  try {
    learner.learn(atRows, atLabels, atWeights, atScratch, count, columns, classes);
  } catch (error) {
    const failure = new Uint8Array(memory.buffer, learner.failure_bytes(), learner.failure_size());
    if (failure.length === 0) throw error;
    throw new Error(`The examples could not be learned: ${new TextDecoder().decode(failure.slice())}.`, {
      cause: error,
    });
  }
  const weights = new Float64Array(memory.buffer, atWeights, classes * (columns + 1)).slice();
  const width = columns + 1;
  return {
    columns,
    rows: Array.from({ length: classes }, (_, label) => weights.slice(label * width, (label + 1) * width)),
  };
}

/** The share of each label, 0 to 1; together they are 1. */
export function sharesOf({ columns, rows }: LastLayer, features: ArrayLike<number>): number[] {
  const scores = rows.map((row) => {
    let sum = row[columns] ?? 0;
    for (let index = 0; index < columns; index += 1) sum += (row[index] ?? 0) * (features[index] ?? 0);
    return sum;
  });
  const most = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp(score - most));
  const total = exponentials.reduce((sum, each) => sum + each, 0);
  return exponentials.map((each) => each / total);
}

/** The place of the greatest share. */
export function bestOf(shares: readonly number[]): number {
  return shares.reduce((best, share, place) => (share > (shares[best] ?? 0) ? place : best), 0);
}

/**
 * The label that each example would get from the others while it is left out, with a fifth of each label at a time; null
 * where its label has no other example.
 */
export function validationAnswers(
  module: WebAssembly.Module,
  { rows, labels, columns, classes }: Lesson,
): (number | null)[] {
  const counts = Array.from({ length: classes }, () => 0);
  const folds = labels.map((label) => (counts[label] = (counts[label] ?? 0) + 1) % FOLDS);
  const answers: (number | null)[] = labels.map(() => null);
  if (counts.some((count) => count < 2)) return answers;
  for (const fold of new Set(folds)) {
    const others = labels.flatMap((_, place) => (folds[place] === fold ? [] : [place]));
    const few = new Float64Array(others.length * columns);
    others.forEach((place, to) => few.set(rows.subarray(place * columns, (place + 1) * columns), to * columns));
    const layer = learn(module, { rows: few, labels: others.map((place) => labels[place] ?? 0), columns, classes });
    folds.forEach((own, place) => {
      if (own === fold) answers[place] = bestOf(sharesOf(layer, rows.subarray(place * columns, (place + 1) * columns)));
    });
  }
  return answers;
}
