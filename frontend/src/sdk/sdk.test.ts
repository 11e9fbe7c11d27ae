import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RuneError } from "../runtime/errors";
import type { CapabilityRequest } from "../runtime/types";
import { compare, releaseBytes } from "./fetch-rune";
import { bytesOf } from "./inputs";
import { load } from "./index";
import { windowsOf } from "./streams/windows";
import { resultOf } from "./results";
import { runeStore, type RuneStoreState } from "./svelte";

const request = (id: number, stage: string, type: string | null, size: number): CapabilityRequest => ({
  id,
  kind: "RAW",
  parameters: {},
  size,
  type,
  stage,
});
const json = (text: string, status: number) =>
  new Response(text, { status, headers: { "content-type": "application/json" } });
const NUMBER = request(1, "number", "f32[1, 1]", 4);
const SOUND = request(2, "sound", "i16[4]", 8);

describe("inputs", () => {
  test.each([
    [[1, 2], /The input number takes one number, f32\[1, 1\]\. It got 2 numbers\./],
    [{ other: 1 }, /no input other/],
    [{}, /takes one number, f32\[1, 1\]\. It is missing/],
    [null, /It is missing/],
    [true, /It got a boolean/],
    ["words of text", /takes one number, f32\[1, 1\]\. It got text/],
    [["0.5"], /f32 cannot hold "0.5"/],
    [[[0.5]], /f32 cannot hold \[0.5\]/],
    [new Int32Array(1), /It got a Int32Array: convert its numbers to f32/],
  ])("%j is refused", (inputs, message) => {
    expect(() => bytesOf(inputs as never, [NUMBER])).toThrow(message);
    expect(() => bytesOf(inputs as never, [NUMBER])).toThrow(RuneError);
  });

  const PICTURE = "The input face takes a picture of 4 × 4 pixels (gray): 16 numbers, u8[1, 4, 4, 1].";
  const CLAP = "The input clap takes a sound: 4 numbers, i16[4].";

  test.each([
    ["x", `${PICTURE} It got text.`],
    [5, `${PICTURE} It got one number.`],
    [[1, 2, 3], `${PICTURE} It got 3 numbers.`],
    [new Uint8Array(17), `${PICTURE} It got 17 numbers.`],
    [new ArrayBuffer(3), `${PICTURE} It got 3 bytes.`],
    [new Float32Array(4), `${PICTURE} It got a Float32Array: convert its numbers to u8.`],
    [Array<number>(16).fill(256), `${PICTURE} u8 cannot hold 256.`],
  ])("a picture is not %j", (value, message) => {
    const picture = {
      ...request(1, "face", "u8[1, 4, 4, 1]", 16),
      kind: "IMAGE" as const,
      parameters: { width: 4, height: 4, pixel_format: 2 },
    };
    expect(() => bytesOf(value, [picture])).toThrow(message);
    expect(() => bytesOf({ face: value }, [picture])).toThrow(RuneError);
  });

  test.each([
    ["x", `${CLAP} It got text.`],
    [[0.5, 0, 0, 0], `${CLAP} i16 cannot hold 0.5.`],
    [new Int16Array(3), `${CLAP} It got 3 numbers.`],
  ])("a sound is not %j", (value, message) => {
    const clap = { ...request(1, "clap", "i16[4]", 8), kind: "SOUND" as const };
    expect(() => bytesOf(value, [clap])).toThrow(message);
  });

  test("a value alone is refused where a rune has two inputs", () => {
    expect(() => bytesOf(1, [NUMBER, SOUND])).toThrow("Name each: number, sound");
  });

  test("numbers, typed arrays and bytes become what the rune reads", () => {
    expect([...bytesOf(0.5, [NUMBER]).values()][0]).toEqual(new Float32Array([0.5]).buffer);
    const bytes = bytesOf({ number: new Float32Array([2]), sound: [1, -1, 2, 3] }, [NUMBER, SOUND]);
    expect(bytes.get(1)).toEqual(new Float32Array([2]).buffer);
    expect(bytes.get(2)).toEqual(new Int16Array([1, -1, 2, 3]).buffer);
  });

  test("a shorter text is filled with zeros", () => {
    for (const type of [null, "u8[4]"]) {
      const bytes = bytesOf("ab", [request(1, "text", type, 4)]).get(1);
      expect(new Uint8Array(bytes ?? new ArrayBuffer())).toEqual(new Uint8Array([97, 98, 0, 0]));
    }
  });
});

describe("results", () => {
  const resultWith = (...tensors: readonly object[]) =>
    resultOf({
      outputs: [{ channel: 0, stage: null, tensors }],
      watchedMessages: [],
      milliseconds: 1,
      modelMilliseconds: 0,
      logs: [],
    } as never);

  test("a rune that sent nothing has no answer", () => {
    expect(resultWith()).toMatchObject({ answer: null, sure: null });
  });

  test("the answer is the first text, and how sure it is the highest probability", () => {
    const meaning = { scale: 1 / 256, zeroPoint: -128, isProbability: true };
    const shares = { type: "i8", dimensions: [2], elements: new Int8Array([120, -128]), meaning };
    const result = resultWith(shares, { type: "utf8", dimensions: [1], elements: ["knock"] });
    expect(result).toMatchObject({ answer: "knock", sure: 248 / 256 });
  });
});

describe("sound", () => {
  async function* blocks(...sizes: number[]): AsyncGenerator<Float32Array> {
    let next = 0;
    for (const size of sizes) yield await Promise.resolve(Float32Array.from({ length: size }, () => next++ / 32768));
  }
  const collect = async (windows: AsyncIterable<ArrayBuffer>) => {
    const all: number[][] = [];
    for await (const window of windows) all.push([...new Int16Array(window)]);
    return all;
  };

  test("fewer samples than a window give none", async () => {
    expect(await collect(windowsOf(blocks(3), 4, 2))).toEqual([]);
  });

  test("windows follow each other by the step, over the borders of blocks", async () => {
    expect(await collect(windowsOf(blocks(3, 5), 4, 2))).toEqual([
      [0, 1, 2, 3],
      [2, 3, 4, 5],
      [4, 5, 6, 7],
    ]);
  });
});

describe("bytes", () => {
  const bytes = new TextEncoder().encode("not a rune").buffer;

  test("other bytes than the digest says are refused", async () => {
    await expect(compare(bytes, `sha256:${"0".repeat(64)}`)).rejects.toMatchObject({ name: "damaged" });
    await expect(load(bytes, { digest: `sha256:${"0".repeat(64)}` })).rejects.toMatchObject({ name: "damaged" });
  });

  test("what is no rune is refused by its name", async () => {
    await expect(load(bytes)).rejects.toMatchObject({ name: "bad-rune" });
  });

  test("a server that does not answer has a name", async () => {
    await expect(load("http://127.0.0.1:1/d/a/b/c")).rejects.toMatchObject({ name: "server-away", status: null });
  });

  describe("what a server sends", () => {
    const releaseResponse = (digest: string, url = "https://forge.example/d/a/b/c/rune") =>
      Response.json({ rune: { digest, size: 10, url } });
    const half = () =>
      new Response(
        new ReadableStream({
          start(stream) {
            stream.enqueue(new Uint8Array(5));
            stream.error(new TypeError("terminated"));
          },
        }),
      );
    const answerWith = (...answers: Response[]): void => {
      vi.stubGlobal("fetch", () => Promise.resolve(answers.shift()));
    };

    afterEach(() => vi.unstubAllGlobals());

    // protects: delivery/runes-by-digest
    test.each([
      ["with the key, where signed documents name it", { key: "hf_web_1", root: "sha256:0" }, "hf_web_1"],
      ["without the key, at the address that a deployment gave for it", { key: "hf_web_1" }, null],
    ])("a rune is asked for %s", async (_, options, expected) => {
      const keys: (string | null)[] = [];
      vi.stubGlobal("fetch", (_url: string, init: RequestInit) => {
        keys.push(new Headers(init.headers).get("x-api-key"));
        return Promise.resolve(new Response(bytes));
      });
      const rune = { digest: `sha256:${"0".repeat(64)}`, size: 10, url: "https://forge.example/d/a/b/c/x" };
      const served = { deployment: "c", version: "1.0", release: 1, since: "", rune };
      await expect(releaseBytes(served, options)).rejects.toMatchObject({ name: "damaged" });
      expect(keys).toEqual([expected]);
    });

    describe("that falls silent", () => {
      beforeEach(() => vi.useFakeTimers());
      afterEach(() => vi.useRealTimers());

      const silent = (): Response =>
        new Response(new ReadableStream({ start: (stream) => stream.enqueue(new Uint8Array(5)) }));
      const never = (): Promise<Response> => new Promise(() => undefined);

      test.each([
        ["in the middle of a rune", () => [releaseResponse("sha256:0"), silent()]],
        ["in the middle of a file", () => [silent()]],
        ["before a rune", () => [releaseResponse("sha256:0"), never()]],
        ["before its first answer", () => [never()]],
      ])("%s counts as away", async (_, answers) => {
        const left: readonly (Response | Promise<Response>)[] = answers();
        let requests = 0;
        vi.stubGlobal("fetch", () => Promise.resolve(left[requests++]));
        const loading = expect(load("https://forge.example/d/a/b/c")).rejects.toMatchObject({
          name: "server-away",
          message: expect.stringContaining("no byte came for 10 seconds") as string,
        });
        await vi.advanceTimersByTimeAsync(10_000);
        await loading;
      });

      test("or drips counts as away too", async () => {
        let drops: ReturnType<typeof setInterval> | undefined;
        const dripping = new Response(
          new ReadableStream({
            start: (stream) => void (drops = setInterval(() => stream.enqueue(new Uint8Array(500)), 1000)),
            cancel: () => clearInterval(drops),
          }),
        );
        vi.stubGlobal("fetch", () => Promise.resolve(dripping));
        const loading = expect(load("https://forge.example/sine.rune")).rejects.toMatchObject({
          name: "server-away",
          message: expect.stringContaining("less than 1 kB came in a second") as string,
        });
        await vi.advanceTimersByTimeAsync(61_000);
        await loading;
      });
    });

    test.each([
      ["half a rune whose connection ends", () => [releaseResponse("sha256:0"), half()], "server-away"],
      ["half a file whose connection ends", () => [half()], "server-away"],
      ["half a rune that looks whole", () => [releaseResponse("sha256:0"), new Response(new Uint8Array(5))], "damaged"],
      ["JSON that breaks off", () => [json('{"rune": {', 200)], "server-away"],
      ["JSON of something else", () => [json("null", 200)], "refused"],
      ["a rune on another server", () => [releaseResponse("sha256:0", "https://else.example/rune")], "refused"],
      ["a rune without TLS", () => [releaseResponse("sha256:0", "http://forge.example/rune")], "refused"],
      ["a rune at no address", () => [releaseResponse("sha256:0", "rune")], "refused"],
      ["a page of a network in between", () => [json("null", 511)], "server-away"],
      ["a refusal", () => [json('{"name": "key-revoked", "detail": "Revoked."}', 403)], "key-revoked"],
    ])("%s has a name", async (_, answers, name) => {
      answerWith(...answers());
      await expect(load("https://forge.example/d/a/b/c", { key: "k" })).rejects.toMatchObject({ name });
    });
  });

  test.each([{ publicKey: "-----BEGIN PUBLIC KEY-----" }, { cache: "/nowhere" }])(
    "a file is refused with %j, which needs a deployment",
    async (options) => {
      const file = new Response(new Uint8Array(5), { headers: { "content-type": "application/wasm" } });
      vi.stubGlobal("fetch", () => Promise.resolve(file));
      await expect(load("https://forge.example/sine.rune", options).finally(vi.unstubAllGlobals)).rejects.toMatchObject(
        {
          name: "refused",
          message: expect.stringContaining("need the address of a deployment") as string,
        },
      );
    },
  );

  test("a store tells of an error to who subscribes later too", async () => {
    const store = runeStore("http://127.0.0.1:1/d/a/b/c");
    const states: RuneStoreState[] = [];
    await new Promise<void>((resolve) => {
      store.subscribe((state) => {
        states.push(state);
        if (state.state === "error") resolve();
      });
    });
    store.subscribe((state) => states.push(state));
    expect(states.map(({ state }) => state)).toEqual(["loading", "error", "error"]);
  });
});
