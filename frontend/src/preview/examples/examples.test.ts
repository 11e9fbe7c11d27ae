import { describe, expect, it, test } from "vitest";
import { CAPABILITIES, type CapabilityRequest } from "../../runtime";
import { windowsOf } from "../recordings/capture/recording";
import { examplesFor, expectedOf, generatedExamples } from "./examples";

const request = (
  kind: CapabilityRequest["kind"],
  size: number,
  parameters: Record<string, number>,
  isStream = false,
): CapabilityRequest => ({ id: 1, kind, size, parameters, type: null, stage: null, isStream });

const SOUND = request("SOUND", 3200, { hz: 16000, sample_duration_ms: 100 }, true);
const IMAGE = request("IMAGE", 20 * 10 * 3, { width: 20, height: 10 });
const ACCEL = request("ACCEL", 100 * 12, { samples: 100 });
const REQUESTS = { SOUND, IMAGE, FLOAT_IMAGE: request("FLOAT_IMAGE", 2400, { width: 20, height: 10 }), ACCEL };
const files = (...paths: string[]) => paths.map((path) => ({ path, read: () => Promise.reject(new Error("unread")) }));

test("a project's own recordings are its examples: beside the Runefile or in the folder, of the kind that is read", () => {
  const project = files("fan.wav", "samples/yes/0.wav", "examples/loud knock.WAV", "a.csv", "examples/deep/b.wav");
  expect(examplesFor(SOUND, project).map(({ label }) => label)).toEqual(["loud knock", "fan"]);
  expect(examplesFor(SOUND, project).some(({ isGenerated }) => isGenerated)).toBe(false);
  expect(examplesFor(ACCEL, project).map(({ label }) => label)).toEqual(["a"]);
});

test("a project without one is offered what the declaration names, and never a sample that a person gave", () => {
  expect(examplesFor(SOUND, files("samples/yes/0.wav", "logo.png")).map(({ label }) => label)).toEqual([
    "Tone",
    "Sweep",
    "Silence",
  ]);
  expect(examplesFor(request("RAND", 4, {}), [])).toEqual([]);
});

test("a project without files of recordings offers its samples, and never a generated tone", () => {
  const samples = [
    { path: "knock 12", sample: { label: "knock", kind: "sound" }, read: () => Promise.reject(new Error("unread")) },
    { path: "bell 7", sample: { label: "bell", kind: "sound" }, read: () => Promise.reject(new Error("unread")) },
    { path: "wave 3", sample: { label: "wave", kind: "motion" }, read: () => Promise.reject(new Error("unread")) },
  ] as const;
  const examples = examplesFor(SOUND, files("logo.png"), samples);
  expect(examples.map(({ label, sampleLabel }) => [label, sampleLabel])).toEqual([
    ["knock 12", "knock"],
    ["bell 7", "bell"],
  ]);
  expect(examplesFor(SOUND, files("fan.wav"), samples).map(({ label }) => label)).toEqual(["fan"]);
});

test("every declared example is input of exactly the size that the arguments ask for", async () => {
  const recordedCapabilities = CAPABILITIES.filter(({ recording }) => recording !== null);
  expect(Object.keys(REQUESTS).toSorted()).toEqual(recordedCapabilities.map(({ name }) => name).toSorted());
  for (const { name, examples } of recordedCapabilities) {
    const each = REQUESTS[name as keyof typeof REQUESTS];
    const ownExamples = generatedExamples(each);
    expect(ownExamples).toHaveLength(examples.length);
    for (const { read } of ownExamples) {
      const windows = windowsOf(await read(), each);
      expect(windows?.at(0).byteLength).toBe(each.size);
      expect(windows?.at((windows?.count ?? 1) - 1).byteLength).toBe(each.size);
    }
  }
});

describe("the label of an example", () => {
  const wordlists = [
    ["knock", "glass", "nothing"],
    ["7", "8"],
  ];

  it.each([
    ["knock.wav", "knock"],
    ["examples/knock-3.wav", "knock"],
    ["7.png", "7"],
    ["a_loud_knock.wav", "knock"],
  ])("is in the name %s: %s", (path, label) => {
    expect(expectedOf(path, wordlists)).toBe(label);
  });

  it.each(["knock-glass.wav", "knocking.wav", "examples/glassy.wav", "17.png"])(
    "is not in %s, which names none or several",
    (path) => {
      expect(expectedOf(path, wordlists)).toBeNull();
    },
  );
});
