import { expect, test } from "vitest";
import type { OpenRun } from "../server";
import { epochSentence, mistakesOf, qualityOf, secondsLeft } from "./quality";

const share = { name: "knock", right: 6, samples: 7, share: 6 / 7, low: 0.49, high: 0.97 };
const judgement = {
  accuracy: { ...share, name: "all" },
  by_label: [share],
  mistakes: [{ sample: 3, label: "knock", answer: "background", sureness: 0.61, group: null }],
};
const run = (more: object): OpenRun =>
  ({ judgements: {}, curves: [], best_epoch: 0, arguments: { epochs: 100 }, ...more }) as unknown as OpenRun;

test("the figures are of validation recordings, with their count and range", () => {
  const quality = qualityOf(run({ judgements: { validation: judgement, test: { accuracy: null } } }));
  expect(quality).toMatchObject({ split: "validation", right: 6, count: 7 });
  expect(quality?.sentence).toBe("6 of 7 validation recordings right. Range 49 to 97 %: 7 are few.");
  expect(mistakesOf(run({ judgements: { validation: judgement } }))).toHaveLength(1);
});

test("test recordings are never shown as the figures of a run", () => {
  expect(qualityOf(run({ judgements: { test: judgement } }))).toBeNull();
});

test("what the server says of itself goes before", () => {
  const own = { split: "validation", right: 1, count: 2, share: 0.5, low: 0, high: 1, sentence: "said", labels: [] };
  expect(qualityOf(run({ quality: own, judgements: { validation: judgement } }))?.sentence).toBe("said");
  expect(epochSentence(run({ epoch_sentence: "Because." }))).toBe("Because.");
});

test("the sentence says why it is that epoch and not an earlier peak", () => {
  const row = (epoch: number, share: number, loss: number) => ({
    epoch,
    loss,
    accuracy: share,
    validation_loss: loss,
    validation_accuracy: share,
  });
  const curves = [row(1, 0.5, 0.9), row(2, 1, 0.4), row(3, 1, 0.1), row(4, 1, 0.2)];
  expect(epochSentence(run({ curves, best_epoch: 3 }))).toBe(
    "Epoch 3 is used, and not epoch 2, which was as accurate: the validation loss fell from 0.40 to 0.10. None of the 1 behind it was better.",
  );
  expect(epochSentence(run({ curves: curves.slice(0, 2), best_epoch: 2 }))).toContain("It is the last one.");
  expect(epochSentence(run({}))).toBe("");
});

test("the time that is left follows from the epochs so far", () => {
  expect(secondsLeft(run({ curves: Array(10).fill({}) }), 0, 1000)).toBe(9);
  expect(secondsLeft(run({ curves: [{}] }), 0, 1000)).toBeNull();
});
