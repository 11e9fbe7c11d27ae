import { expect, test } from "vitest";
import type { Sample } from "../../../api/schema";
import { chosenSamples, exampleSamples } from "./example-samples";

const sample = (number: number, label: string, more: Partial<Sample> = {}): Sample =>
  ({ id: `id ${number}`, number, label, kind: "sound", split: "train", playable: true, ...more }) as Sample;

test("labels take turns, and a recording that no model learned from comes first", () => {
  const samples = [
    sample(9, "knock"),
    sample(8, "knock", { split: "validation" }),
    sample(7, "bell"),
    sample(6, "knock"),
    sample(5, "bell"),
  ];
  expect(chosenSamples(samples).map(({ number }) => number)).toEqual([8, 7, 9, 5, 6]);
});

test("none of the split test, without a label, of a table, or that the person may not play", () => {
  const samples = [
    sample(4, "knock", { split: "test" }),
    sample(3, ""),
    sample(2, "dry", { kind: "table" }),
    sample(1, "knock", { playable: false }),
  ];
  expect(chosenSamples(samples)).toEqual([]);
});

test("each is named by its label and its number, and read when it is played", async () => {
  const file = new Blob(["sound"]);
  const client = {
    samples: () => Promise.resolve({ revision: 1, samples: [sample(12, "knock")] }),
    recording: (id: string) => (id === "id 12" ? Promise.resolve(file) : Promise.reject(new Error(id))),
  };
  const [example] = await exampleSamples(client, "/acme/door");
  expect(example).toMatchObject({
    path: "knock 12",
    sample: { label: "knock", kind: "sound", page: "/acme/door/data/samples/12" },
  });
  expect(await example?.read()).toBe(file);
});
