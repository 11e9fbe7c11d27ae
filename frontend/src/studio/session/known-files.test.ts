import type { ModelPage } from "../../api/schema";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { Problem } from "../api/problem";
import { ProjectFiles } from "../document/files/files";
import { KnownFiles } from "./known-files";

function project(): {
  readonly doc: Y.Doc;
  readonly text: Y.Text;
  readonly add: (path: string, digest: string) => void;
} {
  const doc = new Y.Doc();
  const map = doc.getMap("files");
  const text = new Y.Text("version: 1");
  map.set(
    "1",
    new Y.Map<unknown>([
      ["path", "Runefile.yml"],
      ["kind", "text"],
      ["text", text],
    ]),
  );
  const add = (path: string, digest: string): void =>
    void map.set(
      path,
      new Y.Map<unknown>([
        ["path", path],
        ["kind", "binary"],
        ["digest", digest],
        ["size", 7],
      ]),
    );
  return { doc, text, add };
}

const page = { signature: { inputs: [] }, size: 7 } as unknown as ModelPage;

describe("what the language knows of the files", () => {
  it("keeps the same object for what has not changed", async () => {
    const { doc, text, add } = project();
    add("m.tflite", "sha256:1");
    add("s.wav", "sha256:2");
    const knownFiles = new KnownFiles(new ProjectFiles(doc), { model: () => Promise.resolve(page) });
    const first = await knownFiles.all();
    text.insert(0, "# ");
    const second = await knownFiles.all();
    expect(second.get("Runefile.yml")).toEqual({ text: "# version: 1" });
    expect(second.get("m.tflite")).toBe(first.get("m.tflite"));
    expect(second.get("s.wav")).toBe(first.get("s.wav"));
  });

  it("asks once for a model, and answers with the files of the moment in which it knows it", async () => {
    const { doc, add } = project();
    add("m.tflite", "sha256:1");
    let requests = 0;
    const files = new ProjectFiles(doc);
    const knownFiles = new KnownFiles(files, {
      model: () => {
        requests += 1;
        add("late.wav", "sha256:3");
        return Promise.resolve(page);
      },
    });
    const [one, other] = await Promise.all([knownFiles.all(), knownFiles.all()]);
    expect(requests).toBe(1);
    expect([...one.keys()].sort()).toEqual(["Runefile.yml", "late.wav", "m.tflite"]);
    expect([...other.keys()].sort()).toEqual([...one.keys()].sort());
  });

  it("keeps a refusal, and tries again what a lost connection hid", async () => {
    const { doc, add } = project();
    add("bad.tflite", "sha256:1");
    const answers = [new Problem(0, "gone", ""), new Problem(422, "refused", "cut short")];
    const knownFiles = new KnownFiles(new ProjectFiles(doc), {
      model: () => Promise.reject(answers.shift() ?? new Error("asked too often")),
    });
    await expect(knownFiles.all()).rejects.toThrow("gone");
    expect((await knownFiles.all()).get("bad.tflite")).toEqual({ size: 7, model: { refusal: "cut short" } });
    expect((await knownFiles.all()).get("bad.tflite")).toEqual({ size: 7, model: { refusal: "cut short" } });
  });
});
