import { afterEach, expect, test, vi } from "vitest";
import type { Sample } from "../../../api/schema";
import type { Workspace } from "../workspace";
import { NOT_REPLAYED } from "./replayable";
import { sampleOfAddress } from "./of-address";

type SomeSample = Pick<Sample, "id" | "number" | "kind" | "label" | "split" | "playable">;
const sampleOf = (id: string, kind: Sample["kind"]): SomeSample => ({
  id,
  number: 1,
  kind,
  label: "dry",
  split: "test",
  playable: true,
});
const file = new Blob(["1,2,3\n"]);
const client = {
  samples: () => Promise.resolve({ samples: [sampleOf("a", "table"), sampleOf("b", "motion")] }),
  recording: () => Promise.resolve(file),
} as unknown as Workspace["client"];

afterEach(() => vi.unstubAllGlobals());

async function replay(search: string): Promise<{ readonly recording: unknown; readonly messages: readonly string[] }> {
  vi.stubGlobal("window", { location: { search } });
  const messages: string[] = [];
  const toasts = { say: (sentence: string) => messages.push(sentence) } as unknown as Workspace["toasts"];
  return { recording: await sampleOfAddress({ client, toasts }, "/acme/door"), messages };
}

test("a recording that the address names is replayed; of a table it is said that it is not", async () => {
  expect(await replay("?sample=b")).toEqual({
    recording: { label: "dry", kind: "motion", file, page: "/acme/door/data/samples/1" },
    messages: [],
  });
  expect(await replay("?sample=a")).toEqual({ recording: null, messages: [NOT_REPLAYED] });
  expect((await replay("?sample=c")).messages).toEqual([expect.stringContaining("no longer exists")]);
  expect(await replay("")).toEqual({ recording: null, messages: [] });
});
