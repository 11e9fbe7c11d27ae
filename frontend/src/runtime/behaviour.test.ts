// The page's runtime on the same small runes as rune.runtime: one behaviour, held by one file.
import { describe, expect, test } from "vitest";
import behaviour from "../../../tests/rune/runtime/behaviour.json";
import { RuneInstance } from "./instance";
import { DEFAULT_LIMITS, type OutputTensor } from "./types";

interface Case {
  readonly name: string;
  readonly module: string;
  readonly input: string;
  readonly outputs?: readonly unknown[];
  readonly error?: string;
  readonly message?: string;
}

const bytes = (text: string): ArrayBuffer => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;

const plain = ({ type, dimensions, elements }: OutputTensor) => ({
  type,
  dimensions,
  elements: elements.map((value) => (Number.isNaN(value) ? null : value)),
});

function run(rune: RuneInstance, input: ArrayBuffer) {
  const inputs = new Map(rune.loaded.capabilities.map(({ id }) => [id, input]));
  return rune.run(inputs).outputs.flatMap(({ tensors }) => tensors.map(plain));
}

describe("the behaviour that all runtimes share", () => {
  test.each(behaviour.cases as readonly Case[])("$name", async ({ module, input, outputs, error, message }) => {
    const work = async () => {
      const rune = await RuneInstance.load(bytes(module), DEFAULT_LIMITS);
      return [run(rune, bytes(input)), run(rune, bytes(input))];
    };
    if (outputs !== undefined) expect(await work()).toEqual(outputs);
    else await expect(work()).rejects.toMatchObject({ name: error, message: expect.stringContaining(message ?? "") as string });
  });
});
