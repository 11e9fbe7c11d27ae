import { expect, test } from "vitest";
import type { ProjectClient } from "../api/client";
import { numberErrorOf } from "./number-error";

const run = (number: number, digest: string, value: number | null) => ({
  number,
  state: "finished",
  column: "temperature (°C)",
  errors: value === null ? {} : { validation: { error: { value, low: value, high: value } } },
  files: [{ path: "models/m.tflite", digest }],
});
const clientWith = (...runs: readonly ReturnType<typeof run>[]) =>
  ({
    trainingRuns: () => Promise.resolve(runs),
    trainingRun: (number: number) => Promise.resolve(runs.find((each) => each.number === number)),
  }) as unknown as ProjectClient;
const files = [{ path: "m.tflite", digest: "sha256:b" }];

test("the error is that of the run that gave the project's model, also where a newer run is not used", async () => {
  const client = clientWith(run(3, "sha256:c", 0.1), run(2, "sha256:b", 0.6));
  expect(await numberErrorOf(client, files)).toEqual({ within: 0.6, unit: "°C", origin: "training run 2" });
});

test("without such a run, or of one that answers with labels, there is none", async () => {
  expect(await numberErrorOf(clientWith(run(3, "sha256:c", 0.1)), files)).toBeNull();
  expect(await numberErrorOf(clientWith(run(3, "sha256:b", null)), files)).toBeNull();
  expect(await numberErrorOf(clientWith(), files)).toBeNull();
  const splits = { ...run(3, "sha256:s", 0.1), files: [{ path: "n.splits.json", digest: "sha256:s" }] };
  expect(await numberErrorOf(clientWith(splits), [{ path: "m.splits.json", digest: "sha256:s" }])).toBeNull();
});
