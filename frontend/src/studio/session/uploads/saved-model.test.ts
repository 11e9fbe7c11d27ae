import { describe, expect, test } from "vitest";
import type { NamedFile } from "../../../look/files/incoming-files";
import { zipFiles } from "../../../look/files/zip-files";
import { isSavedModel, savedModelOf } from "./saved-model";

const namedFile = (name: string, size = 3): NamedFile => ({
  name,
  file: new File([new Uint8Array(size)], name.split("/").at(-1) ?? name),
});
const MODEL = ["saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001"];
const zip = async (names: readonly string[], name = "net"): Promise<NamedFile> => ({
  name: `${name}.zip`,
  file: await zipFiles(
    names.map((each) => namedFile(each)),
    name,
  ),
});

describe("a SavedModel", () => {
  test("has its graph at the top, or in the one folder that holds all", () => {
    expect(isSavedModel(MODEL)).toBe(true);
    expect(isSavedModel(MODEL.map((name) => `net/${name}`))).toBe(true);
    expect(isSavedModel([...MODEL.map((name) => `net/${name}`), "__MACOSX/net/._saved_model.pb"])).toBe(true);
    expect(isSavedModel(["net/saved_model.pb", "readme.md"])).toBe(false);
    expect(isSavedModel(["a/saved_model.pb", "b/saved_model.pb"])).toBe(false);
    expect(isSavedModel(["a/b/saved_model.pb"])).toBe(false);
    expect(isSavedModel(["not_saved_model.pb"])).toBe(false);
    expect(isSavedModel([])).toBe(false);
  });

  test("that came as a ZIP file is converted as it is", async () => {
    const archive = await zip(MODEL.map((name) => `net/${name}`));
    expect(await savedModelOf([archive])).toBe(archive.file);
    const upper = { name: "NET.ZIP", file: (await zip(MODEL)).file };
    expect(await savedModelOf([upper])).toBe(upper.file);
  });

  test("that came as a folder is packed", async () => {
    const file = await savedModelOf(MODEL.map((name) => namedFile(`net/${name}`)));
    expect(file?.name).toBe("net.zip");
    expect(await savedModelOf([{ name: "net.zip", file: file ?? new File([], "") }])).toBe(file);
  });

  test("is no other archive, folder or file", async () => {
    expect(await savedModelOf([await zip(["Runefile.yml", "models/net.tflite"])])).toBeNull();
    expect(await savedModelOf([await zip(["saved_model.pb", "readme.md", "other/saved_model.pb"])])).toBeNull();
    expect(await savedModelOf([namedFile("net/a.wav"), namedFile("net/b.wav")])).toBeNull();
    expect(await savedModelOf([namedFile("saved_model.pb")])).toBeNull();
    expect(await savedModelOf([])).toBeNull();
  });

  test("is no damaged archive", async () => {
    const { file } = await zip(MODEL);
    const cut = new File([file.slice(0, file.size - 30)], "net.zip");
    const noise = new File([new Uint8Array(200).fill(80)], "net.zip");
    const empty = new File([], "net.zip");
    const bytes = new Uint8Array(await file.arrayBuffer());
    new DataView(bytes.buffer).setUint32(bytes.length - 22 + 16, 0xfffffff0, true);
    for (const each of [cut, noise, empty, new File([bytes], "net.zip")])
      expect(await savedModelOf([{ name: "net.zip", file: each }])).toBeNull();
  });
});
