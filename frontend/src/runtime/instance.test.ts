// The worker's core under Node: small runes written by hand, and the same facts that rune.running.runtime is held to.
import { describe, expect, test } from "vitest";
import {
  assemble,
  call,
  constant,
  echo,
  FOREVER,
  GROW,
  mirror,
  UNREACHABLE,
  type TestModule,
} from "./assembler.test-support";
import { RuneInstance } from "./instance";
import { DEFAULT_LIMITS, type Limits } from "./types";

const WORD = JSON.stringify({ type_name: "utf8", channel: 2, elements: ["up"], dimensions: [1] });
const LIMITS: Limits = { ...DEFAULT_LIMITS, memoryPages: 16, outputBytes: 1 << 16 };
const RAW = 5;

const load = (module: ArrayBuffer, limits = LIMITS) => RuneInstance.load(module, limits);
const four = () => new Map([[1, new ArrayBuffer(4)]]);

async function failure(work: Promise<unknown>): Promise<{ name: string; message: string }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing failed");
}

const runFailure = async (module: TestModule) => {
  const rune = await load(assemble(module));
  return failure(Promise.resolve().then(() => rune.run(four())));
};

test("a rune that sends more tensors than a page draws is stopped", async () => {
  const record = JSON.parse(WORD) as object;
  const nothing = new Map([[1, new ArrayBuffer(0)]]);
  const sends = (count: number) =>
    load(echo(RAW, 0, JSON.stringify(Array(count).fill(record)), { pages: 2 }), DEFAULT_LIMITS);
  expect((await sends(1024)).run(nothing).outputs[0]?.tensors.length).toBe(1024);
  const rune = await sends(1025);
  expect(() => rune.run(nothing)).toThrow(expect.objectContaining({ name: "stopped" }) as Error);
});

describe("a second module", () => {
  const word = (text: string) => JSON.stringify({ type_name: "utf8", channel: 2, elements: [text], dimensions: [1] });
  const carrying = (second: ArrayBuffer | Uint8Array) =>
    echo(RAW, 4, word("plain"), { sections: [[".rune_relaxed", new Uint8Array(second)]] });
  const outputsOfRuns = async (rune: ArrayBuffer) => {
    const instance = await load(rune);
    return [0, 1].map(() => instance.run(four()).outputs[0]?.tensors[0]?.elements[0]);
  };

  // protects: compiling/second-module
  test("is taken where it starts", async () => {
    expect(await outputsOfRuns(carrying(echo(RAW, 4, word("relaxed"))))).toEqual(["relaxed", "relaxed"]);
  });

  test.each([
    ["is no module", Uint8Array.of(1, 2, 3)],
    ["is cut short", new Uint8Array(echo(RAW, 4, word("relaxed"))).slice(0, -3)],
    [
      "ends when it starts, as it does after a trial of its own",
      echo(RAW, 4, word("relaxed"), { manifest: UNREACHABLE }),
    ],
    ["asks for what is not there", assemble({ importModule: "other" })],
  ])("that %s leaves the rune as it is", async (_what, second) => {
    expect(await outputsOfRuns(carrying(second))).toEqual(["plain", "plain"]);
  });

  // protects: compiling/second-module
  test("is held to the memory of a rune", async () => {
    const rune = carrying(echo(RAW, 4, word("relaxed"), { manifest: GROW }));
    expect(await failure(load(rune))).toMatchObject({ name: "memory" });
  });
});

describe("running", () => {
  test("a rune reads its capability and sends a result", async () => {
    const rune = await load(echo(RAW, 4, WORD));
    expect(rune.loadedRune.capabilities).toMatchObject([{ id: 1, kind: "RAW", size: 4 }]);
    expect(rune.loadedRune.outputs).toEqual([{ id: 2, kind: "SERIAL", stage: null }]);
    const result = rune.run(four());
    expect(result.outputs).toEqual([
      { channel: 2, stage: null, tensors: [{ type: "utf8", dimensions: [1], elements: ["up"] }] },
    ]);
    expect(result.milliseconds).toBeGreaterThan(0);
    expect(result.milliseconds).toBeLessThan(2);
  });

  test("a tensor output gives its bytes as numbers", async () => {
    const rune = await load(mirror(3, 12, "f32[1, 3]"));
    const result = rune.run(new Map([[1, Float32Array.of(0.5, -1, 2).buffer]]));
    expect(result.outputs[0]?.tensors).toEqual([
      { type: "f32", dimensions: [1, 3], elements: Float32Array.of(0.5, -1, 2) },
    ]);
  });

  test("parameters are read by their types", async () => {
    const manifest = [
      ...call("request_capability_set_param", 1, 512, 2, 520, 4, 1),
      ...call("request_capability_set_param", 1, 514, 1, 524, 4, 2),
    ];
    const values = new Uint8Array(new Int32Array([16000, new Int32Array(Float32Array.of(0.5).buffer)[0] ?? 0]).buffer);
    const rune = await load(
      echo(2, 4, WORD, {
        manifest,
        data: [
          [512, "hzx"],
          [520, values],
        ],
      }),
    );
    expect(rune.loadedRune.capabilities[0]?.parameters).toEqual({ hz: 16000, x: 0.5 });
  });

  test("what the sections say names the stages, their types and the words", async () => {
    const graph = JSON.stringify({
      rune: { name: "app" },
      capabilities: {
        other: { kind: { type: "raw" }, args: { length: "9" }, outputs: ["b"] },
        audio: { kind: { type: "sound" }, args: {}, outputs: ["a"] },
      },
      "proc-blocks": { label: { path: "label", args: { wordlist: "$WORDS" }, inputs: [], outputs: [] } },
      outputs: { serial: { kind: { type: "serial" }, inputs: ["c"] } },
      tensors: { a: { element_type: "I16", dimensions: [2] }, b: { element_type: "U8", dimensions: [9] } },
    });
    const resource = Uint8Array.from([
      0,
      0,
      0,
      5,
      ...new TextEncoder().encode("WORDS"),
      0,
      0,
      0,
      6,
      ...new TextEncoder().encode("up\r\nno"),
    ]);
    const sections = [
      [".rune_graph", graph],
      [".rune_version", '{"version":"0.1.0"}'],
      [".rune_resource", resource],
    ] as const;
    const { loadedRune } = await load(echo(2, 4, WORD, { sections }));
    expect(loadedRune.capabilities).toEqual([
      { id: 1, kind: "SOUND", parameters: {}, size: 4, type: "i16[2]", stage: "audio" },
    ]);
    expect(loadedRune.outputs).toEqual([{ id: 2, kind: "SERIAL", stage: "serial" }]);
    expect(loadedRune.wordlists).toEqual([["up", "no"]]);
    expect(loadedRune.version).toBe("0.1.0");
  });

  test("two outputs of one kind are told apart by what they send", async () => {
    const graph = JSON.stringify({
      outputs: {
        scores: { kind: { type: "serial" }, inputs: ["b"] },
        word: { kind: { type: "serial" }, inputs: ["a"] },
      },
      tensors: { a: { element_type: "String", dimensions: [1] }, b: { element_type: "F32", dimensions: [1, 8] } },
    });
    const rune = await load(echo(RAW, 4, WORD, { sections: [[".rune_graph", graph]] }));
    expect(rune.loadedRune.outputs[0]?.stage).toBeNull();
    expect(rune.run(four()).outputs[0]?.stage).toBe("word");
  });

  test("two outputs that are alike are told apart by the order that the graph tells", async () => {
    const alike = { kind: { type: "tensor" }, inputs: ["a"] };
    const graph = JSON.stringify({
      outputs: { ape: alike, zebra: alike },
      requests: { outputs: ["zebra", "ape"] },
      tensors: {},
    });
    const head = Uint8Array.from([5, 0, 0, 0, ...new TextEncoder().encode("u8[1]"), 7]);
    const rune = await load(
      assemble({
        manifest: [...call("request_output", 5), ...call("request_output", 5)],
        call: [...call("consume_output", 2, 0, head.length), ...call("consume_output", 1, 0, head.length)],
        data: [[0, head]],
        sections: [[".rune_graph", graph]],
      }),
    );
    expect(rune.loadedRune.outputs.map(({ stage }) => stage)).toEqual(["zebra", "ape"]);
    expect(rune.run(new Map()).outputs.map(({ stage }) => stage)).toEqual(["ape", "zebra"]);
  });

  test("what the model says of its numbers comes with a watched wire too", async () => {
    const graph = JSON.stringify({
      requests: { watched: [{ stage: "model", index: 1, tensor: "a" }] },
      tensors: { a: { element_type: "U8", dimensions: [1], quantization: { scale: 0.5, zero_point: 3 } } },
    });
    const message = Uint8Array.from([5, 0, 0, 0, ...new TextEncoder().encode("u8[1]"), 7]);
    const rune = await load(
      assemble({
        manifest: call("request_output", 5),
        call: call("consume_output", 1, 0, message.length),
        data: [[0, message]],
        sections: [[".rune_graph", graph]],
      }),
    );
    expect(rune.loadedRune.outputs).toEqual([]);
    const meaning = { scale: 0.5, zeroPoint: 3, isProbability: false };
    expect(rune.run(new Map())).toMatchObject({
      outputs: [],
      watchedMessages: [
        { stage: "model", index: 1, tensors: [{ type: "u8", dimensions: [1], elements: Uint8Array.of(7), meaning }] },
      ],
    });
  });

  // protects: browser/false-tensor-claims
  test("what the model says of its numbers comes with them, and the memory that the build planned", async () => {
    const graph = JSON.stringify({
      rune: { name: "app", memory: 19300 },
      outputs: { scores: { kind: { type: "tensor" }, inputs: ["a"] } },
      tensors: {
        a: {
          element_type: "I8",
          dimensions: [4],
          probability: true,
          quantization: { scale: 0.00390625, zero_point: -128 },
        },
      },
    });
    const rune = await load(mirror(4, 4, "i8[4]", { sections: [[".rune_graph", graph]] }));
    expect(rune.loadedRune.memory).toBe(19300);
    expect(rune.run(four()).outputs[0]?.tensors[0]?.meaning).toEqual({
      scale: 0.00390625,
      zeroPoint: -128,
      isProbability: true,
    });
  });

  test.each([
    { quantization: { scale: 0, zero_point: 0 } },
    { quantization: { scale: "1", zero_point: 0 } },
    { quantization: { scale: 1, zero_point: 0.5 } },
    { quantization: [], probability: "yes" },
  ])("a meaning that makes no sense is none: %j", async (meaning) => {
    const tensors = { a: { element_type: "I8", dimensions: [4], ...meaning } };
    const graph = JSON.stringify({
      rune: { memory: -1 },
      outputs: { scores: { kind: { type: "tensor" }, inputs: ["a"] } },
      tensors,
    });
    const rune = await load(mirror(4, 4, "i8[4]", { sections: [[".rune_graph", graph]] }));
    expect(rune.loadedRune.memory).toBeNull();
    expect(rune.run(four()).outputs[0]?.tensors[0]?.meaning).toBeUndefined();
  });

  // protects: browser/false-tensor-claims
  test("a graph that makes no sense is left out", async () => {
    const sections = [[".rune_graph", '{"capabilities":[1],"tensors":7,"outputs":{"x":null}}']] as const;
    const { loadedRune } = await load(echo(RAW, 4, WORD, { sections }));
    expect(loadedRune.capabilities[0]).toMatchObject({ stage: null, type: null, size: 4 });
  });

  test("a resource is unknown, so that the rune takes its default", async () => {
    const guard = [...constant(0), ...constant(1), 0x10, 7, ...constant(0), 0x4e, 0x04, 0x40, ...UNREACHABLE, 0x0b];
    await expect(load(assemble({ manifest: guard }))).resolves.toBeDefined();
  });

  test("a rune that gives up without its resource says which one it asked for", async () => {
    const manifest = [...call("rune_resource_open", 0, 5), ...UNREACHABLE];
    const error = await failure(load(assemble({ manifest, data: [[0, "WORDS"]] })));
    expect(error).toMatchObject({ name: "trap", message: expect.stringContaining('It asked for "WORDS"') as string });
  });

  test("what a rune remembers is not touched by timing it", async () => {
    // Counts its runs in memory and sends the count.
    const count = [...constant(100), ...constant(100), 0x28, 2, 0, ...constant(1), 0x6a, 0x36, 2, 0];
    const shape = "u32[1]";
    const header = Uint8Array.from([shape.length, 0, 0, 0, ...new TextEncoder().encode(shape)]);
    const start = 100 - header.length;
    const rune = await load(
      assemble({
        manifest: call("request_output", 5),
        call: [...count, ...call("consume_output", 1, start, header.length + 4)],
        data: [[start, header]],
      }),
    );
    const counts = [1, 2, 3].map(() => rune.run(new Map()).outputs[0]?.tensors[0]?.elements[0]);
    expect(counts).toEqual([1, 2, 3]);
  });
});

describe("what is stopped or refused", () => {
  test("bytes that are no module", async () => {
    expect(await failure(load(new TextEncoder().encode("no rune").buffer))).toMatchObject({ name: "bad-rune" });
    const { name, message } = await failure(load(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 9, 1, 9).buffer));
    expect(name).toBe("bad-rune");
    expect(message).toMatch(/^The file is damaged, or uses what this browser cannot run\. Fetch it again;/);
  });

  test("a module that asks for what no host offers", async () => {
    expect((await failure(load(assemble({ importModule: "wasi" })))).message).toContain(
      "wasi._debug, which is not part",
    );
  });

  test("a module that does not export what a rune does", async () => {
    expect(await failure(load(assemble({ withoutExports: true })))).toMatchObject({ name: "bad-rune" });
  });

  test("more memory than it may have, at the start and by growing", async () => {
    expect(await failure(load(assemble({ pages: 17 })))).toMatchObject({ name: "memory" });
    expect(await runFailure({ call: GROW })).toMatchObject({ name: "memory" });
  });

  test("a flood of output", async () => {
    const flood = [0x03, 0x40, ...call("consume_output", 1, 0, 30000), 0x0c, 0x00, 0x0b];
    expect(await runFailure({ manifest: call("request_output", 1), call: flood })).toMatchObject({ name: "stopped" });
  });

  test("a flood of handles", async () => {
    const flood = [0x03, 0x40, ...call("request_output", 1), 0x0c, 0x00, 0x0b];
    expect(await failure(load(assemble({ manifest: flood })))).toMatchObject({ name: "stopped" });
  });

  test("a model for a host that runs none", async () => {
    const format = "application/tflite-model";
    const manifest = call("rune_model_load", 0, format.length, 0, 0, 0, 0, 0, 0);
    const error = await failure(load(assemble({ manifest, data: [[0, format]] })));
    expect(error.name).toBe("host-model");
    expect(error.message).toContain("this host runs no models");
  });

  test.each([
    ["application/onnx-model", "rune run"],
    ["application/tf-model", "convert the model to TensorFlow Lite"],
    ["application/x", 'The "application/x" format isn\'t supported'],
  ])("a model of the format %s says what would run it", async (format, words) => {
    const manifest = call("rune_model_load", 0, format.length, 0, 0, 0, 0, 0, 0);
    const error = await failure(load(assemble({ manifest, data: [[0, format]] })));
    expect(error).toMatchObject({ name: "host-model", message: expect.stringContaining(words) as string });
  });

  test.each([
    call("request_provider_response", 65533, 4, 1),
    call("request_provider_response", -4, 4, 1),
    call("request_provider_response", 0, -1, 1),
    call("_debug", 70000, 1),
    call("_debug", 0, 65537),
    call("rune_resource_open", -1, -1),
    call("consume_output", 2, 65536, 1),
  ])("an address outside its memory (%#)", async (...body) => {
    const manifest = [...call("request_capability", RAW), ...call("request_output", 1)];
    expect(await runFailure({ manifest, call: body })).toMatchObject({ name: "pointer" });
  });

  test.each([
    call("request_capability", 7),
    call("request_output", 9),
    call("request_provider_response", 0, 4, 3),
    call("consume_output", 3, 0, 4),
    call("request_capability_set_param", 1, 0, 1, 0, 4, 1),
  ])("what the ABI does not know (%#)", async (...manifest) => {
    expect(await failure(load(assemble({ manifest })))).toMatchObject({ name: "request" });
  });

  test("a missing input, and one of another length", async () => {
    const missing = await load(echo(RAW, 4, WORD));
    expect(() => missing.run(new Map())).toThrow(expect.objectContaining({ name: "input" }));
    const long = await load(echo(RAW, 4, WORD));
    expect(() => long.run(new Map([[1, new ArrayBuffer(5)]]))).toThrow(/reads 4 bytes .* 5 were given/);
  });

  test("a trap says the last error that the rune logged", async () => {
    const record = JSON.stringify({ level: "ERROR", message: "label 7 was requested" });
    const body = [...call("_debug", 0, record.length), ...UNREACHABLE];
    const error = await runFailure({ call: body, data: [[0, record]] });
    expect(error).toMatchObject({ name: "trap", message: "label 7 was requested" });
  });

  test("endless recursion", async () => {
    const again = [...constant(0), ...constant(0), ...constant(0), 0x10, 9, 0x1a];
    expect((await runFailure({ call: again })).message).toContain("ran out of stack");
  });

  test("a rune that ended badly must be started again", async () => {
    const rune = await load(assemble({ call: UNREACHABLE }));
    expect(() => rune.run(new Map())).toThrow(expect.objectContaining({ name: "trap" }));
    expect(() => rune.run(new Map())).toThrow(expect.objectContaining({ name: "stopped" }));
  });

  test("a result that cannot be read leaves the rune usable", async () => {
    const rune = await load(echo(RAW, 4, "{"));
    for (let index = 0; index < 2; index += 1) {
      expect(() => rune.run(four())).toThrow(expect.objectContaining({ name: "output" }));
    }
  });

  test("an endless loop is left to the watchdog outside: the module itself is accepted", () => {
    expect(WebAssembly.validate(assemble({ call: FOREVER }))).toBe(true);
  });
});
