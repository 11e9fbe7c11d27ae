// The page's runtime on the cases that every runtime of runes is held to; tests/conformance/README.md says how they are read.
import { describe, expect, test } from "vitest";
import { RuneInstance } from "./instance";
import { bytesOf, interpretersUnderNode } from "./interpreters/node.test-support";
import { unpackResult } from "./frame/packing";
import { DEFAULT_LIMITS, type OutputMessage, type OutputTensor, type RunResult } from "./types";

interface Bytes {
  readonly hex?: string;
  readonly text?: string;
  readonly file?: string;
}

interface Case {
  readonly description: string;
  readonly needs?: readonly string[];
  readonly inputs?: Readonly<Record<string, Bytes>>;
  readonly resources?: Readonly<Record<string, Bytes>>;
  readonly expected?: readonly (readonly ReturnType<typeof plain>[])[];
  readonly capabilities?: readonly unknown[];
  readonly watched?: readonly unknown[];
  readonly logs?: readonly unknown[];
  readonly within?: number;
  readonly counts?: { readonly labels?: number[]; readonly confidence?: number[]; readonly features?: number[][] };
  readonly error?: { readonly when: "load" | "run" | "counts"; readonly name: string; readonly message?: string };
}

const CASES = import.meta.glob<Case>("../../../tests/conformance/*/case.json", { eager: true, import: "default" });
const FILES = import.meta.glob<string>("../../../tests/conformance/*/*.{wasm,bin}", {
  eager: true,
  import: "default",
  query: "?url&inline",
});
/** A rune that loops is stopped from outside of its worker: tests/e2e/preview/test_foreign_runes.py has those cases. */
const HAS: readonly string[] = ["tflite", "tfjs"];
const openModel = await interpretersUnderNode();

/** A file of a case; the bundler gives it as a data: address. */
function file(folder: string, name: string): ArrayBuffer {
  const address = FILES[`${folder}/${name}`] ?? "";
  return bytesOf(address);
}

function bytes(folder: string, part: Bytes): ArrayBuffer {
  if (part.file !== undefined) return file(folder, part.file);
  if (part.text !== undefined) return new TextEncoder().encode(part.text).buffer;
  return Uint8Array.from(part.hex?.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)).buffer;
}

const plainTensors = (tensors: readonly OutputTensor[]) =>
  tensors.map(({ type, dimensions, elements }) => ({
    type,
    dimensions,
    elements: elements.map((value) => (Number.isNaN(value) ? null : value)),
  }));

const plain = ({ channel, tensors }: OutputMessage) => ({ channel, tensors: plainTensors(tensors) });

/** The same message with room for other kernels. */
const near = (within: number) => (message: ReturnType<typeof plain>) => ({
  ...message,
  tensors: message.tensors.map(({ elements, ...tensor }) => ({
    ...tensor,
    elements: elements.map(
      (value) => expect.toSatisfy((actual: number) => Math.abs(actual - Number(value)) <= within) as number,
    ),
  })),
});

const cases = Object.entries(CASES)
  .map(([path, document]) => {
    const folder = path.slice(0, path.lastIndexOf("/"));
    return { ...document, folder, name: folder.slice(folder.lastIndexOf("/") + 1) };
  })
  .filter(({ needs }) => (needs ?? []).every((need) => HAS.includes(need)));

describe("the behaviour that all runtimes share", () => {
  test.each(cases)(
    "$name: $description",
    async ({ folder, inputs, resources, expected, within, capabilities, watched, logs, counts, error }) => {
      const resourceBytes = new Map(Object.entries(resources ?? {}).map(([name, part]) => [name, bytes(folder, part)]));
      const load = () =>
        RuneInstance.load(file(folder, "rune.wasm"), DEFAULT_LIMITS, { resources: resourceBytes, openModel });
      const expectedError = { name: error?.name, message: expect.stringContaining(error?.message ?? "") as string };
      if (error?.when === "load") {
        await expect(load()).rejects.toMatchObject(expectedError);
        return;
      }
      const rune = await load();
      const input = new Map(Object.entries(inputs ?? {}).map(([id, part]) => [Number(id), bytes(folder, part)]));
      let last: RunResult | null = null;
      for (const messages of expected ?? []) {
        const result = unpackResult(rune.run(input));
        last = result;
        expect(result.outputs.map(plain)).toEqual(within === undefined ? messages : messages.map(near(within)));
      }
      if (capabilities !== undefined) {
        expect(rune.loadedRune.capabilities.map(({ id, kind, parameters }) => ({ id, kind, parameters }))).toEqual(
          capabilities,
        );
      }
      if (watched !== undefined) {
        expect(
          last?.watchedMessages.map(({ tensors, ...wire }) => ({ ...wire, tensors: plainTensors(tensors) })),
        ).toEqual(watched);
      }
      if (logs !== undefined) expect(last?.logs).toEqual(logs);
      if (counts !== undefined) {
        expect(rune.takeCounts()).toEqual({ labels: [], confidence: [], features: [], ...counts });
        expect(rune.takeCounts()?.labels.every((count) => count === 0)).toBe(true);
      }
      if (error !== undefined) {
        const last = () => (error.when === "counts" ? rune.takeCounts() : rune.run(input));
        expect(last).toThrow(expect.objectContaining(expectedError) as Error);
      }
    },
  );
});

test("a page refuses a model whose output is known only once it ran, and says what runs it", async () => {
  const folder = "../../../tests/conformance/model-open-output";
  const load = RuneInstance.load(file(folder, "rune.wasm"), DEFAULT_LIMITS, { openModel });
  await expect(load).rejects.toMatchObject({
    name: "host-model",
    message: expect.stringContaining("run the rune with `rune run`") as string,
  });
});
