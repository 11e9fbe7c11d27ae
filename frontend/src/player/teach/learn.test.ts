import { expect, test } from "vitest";
import { LEARNER } from "../../declared/learner";
import { bestOf, learn, validationAnswers, moduleOf, sharesOf, type Lesson } from "./learn";

const module = moduleOf(LEARNER);

/** Five examples of each label around a centre of its own. */
function lesson(centres: readonly (readonly number[])[], each = 5): Lesson {
  const columns = centres[0]?.length ?? 0;
  const rows = centres.flatMap((centre) =>
    Array.from({ length: each }, (_, place) => centre.map((value, index) => value + 0.1 * Math.sin(7 * place + index))),
  );
  return {
    rows: Float64Array.from(rows.flat()),
    labels: centres.flatMap((_, label) => Array.from({ length: each }, () => label)),
    columns,
    classes: centres.length,
  };
}

/** The gradient of the loss with its penalty, in the features as they are scaled: 0 where the best weights are. */
function slope({ rows, labels, columns, classes }: Lesson, layer: ReturnType<typeof learn>): number {
  const count = labels.length;
  const column = (index: number) => labels.map((_, place) => rows[place * columns + index] ?? 0);
  const means = Array.from({ length: columns }, (_, index) => column(index).reduce((a, b) => a + b, 0) / count);
  const spreads = means.map((mean, index) =>
    Math.sqrt(column(index).reduce((sum, value) => sum + (value - mean) ** 2, 0) / count),
  );
  let steepest = 0;
  for (let label = classes === 2 ? 1 : 0; label < classes; label += 1)
    for (let index = 0; index < columns; index += 1) {
      const spread = spreads[index] ?? 0;
      let sum = (layer.rows[label]?.[index] ?? 0) * spread;
      labels.forEach((own, place) => {
        const share = sharesOf(layer, rows.subarray(place * columns, (place + 1) * columns))[label] ?? 0;
        const scaled = ((rows[place * columns + index] ?? 0) - (means[index] ?? 0)) / spread;
        sum += (share - (own === label ? 1 : 0)) * scaled;
      });
      steepest = Math.max(steepest, Math.abs(sum));
    }
  return steepest;
}

test.each([
  [
    [
      [0, 1, 2],
      [1, 1, 0],
    ],
  ],
  [
    [
      [0, 1],
      [3, 1],
      [1, -2],
      [-2, 2],
    ],
  ],
])("the weights are those of the least loss", (centres) => {
  const examples = lesson(centres);
  const layer = learn(module, examples);
  expect(slope(examples, layer)).toBeLessThan(1e-6);
  centres.forEach((centre, label) => expect(bestOf(sharesOf(layer, centre))).toBe(label));
  // The checker refuses weights that are a little off.
  layer.rows[1]?.set([(layer.rows[1][0] ?? 0) + 0.01]);
  expect(slope(examples, layer)).toBeGreaterThan(1e-6);
});

test("few examples leave it unsure of what is between them", () => {
  const layer = learn(module, lesson([[0, 0], [1, 1]])); // prettier-ignore
  const [share = 0] = sharesOf(layer, [0.45, 0.45]);
  expect(share).toBeGreaterThan(0.5);
  expect(share).toBeLessThan(0.8);
});

test("a feature that is always the same has no weight", () => {
  const examples = lesson([[0, 0], [1, 1]]); // prettier-ignore
  examples.rows.forEach((_, place) => place % 2 === 1 && (examples.rows[place] = 4));
  const layer = learn(module, examples);
  expect(layer.rows[1]?.[1]).toBe(0);
});

test("numbers that are none are refused with a sentence", () => {
  const examples = lesson([[0, 0], [1, 1]]); // prettier-ignore
  examples.rows[3] = NaN;
  expect(() => learn(module, examples)).toThrow("feature 1 of row 1 to learn from is not a finite number");
});

test("each example is left out once, and a wrong one is found", () => {
  const examples = lesson([[0, 0], [4, 4]]); // prettier-ignore
  expect(validationAnswers(module, examples)).toEqual(examples.labels);
  examples.rows.set([4, 4], 0);
  expect(validationAnswers(module, examples)[0]).toBe(1);
});

test("a label with one example cannot be left out", () => {
  expect(validationAnswers(module, lesson([[0, 0], [4, 4]], 1))).toEqual([null, null]); // prettier-ignore
});

test("many features and examples fit its memory", () => {
  const centres = [0, 1].map((label) => Array.from({ length: 4096 }, (_, index) => label * Math.cos(index)));
  const layer = learn(module, lesson(centres, 20));
  expect(bestOf(sharesOf(layer, centres[1] ?? []))).toBe(1);
});
