// Fetching an interpreter over a network that is slow, broken, or only seems to be there.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { interpreterFiles, StallError } from "./files";

const LIST = { tfjs: { name: "TensorFlow.js 4", script: "tfjs.js", binary: null, size: 4 } };

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A body that gives these parts, each after some milliseconds, and then nothing more unless it is `whole`. */
function slowBody(
  parts: readonly (readonly [number, string])[],
  isWhole: boolean,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      signal.addEventListener("abort", () => controller.error(signal.reason));
      for (const [wait, part] of parts) {
        await new Promise((resolve) => {
          setTimeout(resolve, wait);
        });
        controller.enqueue(new TextEncoder().encode(part));
      }
      if (isWhole) controller.close();
    },
  });
}

test("a download that stops is given up and can be tried again; one that is slow is not", async () => {
  let isWhole = false;
  vi.stubGlobal("fetch", (address: string, { signal }: { signal: AbortSignal }) =>
    Promise.resolve(
      address.endsWith(".json")
        ? Response.json(LIST)
        : new Response(
            slowBody(
              [
                [15_000, "ab"],
                [15_000, "cd"],
              ],
              isWhole,
              signal,
            ),
          ),
    ),
  );
  const shares: number[] = [];
  const first = interpreterFiles("tfjs", (_, share) => shares.push(share)).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(49_000);
  expect(shares).toEqual([0, 0.5, 1]);
  await vi.advanceTimersByTimeAsync(2000);
  expect(await first).toBeInstanceOf(StallError);
  isWhole = true;
  const again = interpreterFiles("tfjs", undefined);
  await vi.advanceTimersByTimeAsync(31_000);
  expect(await again).toEqual({ name: "TensorFlow.js 4", script: "abcd", binary: null });
});
