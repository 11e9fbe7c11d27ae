import { describe, expect, it } from "vitest";
import type { NamedFile } from "../../../look/files/incoming-files";
import { sampleArchive } from "./archive";

const MEGABYTE = 1_000_000;

function file(name: string, text = name): NamedFile {
  return { name, file: new File([text], name.split("/").at(-1) ?? name) };
}

/** The names in the list at an archive's end. */
async function names(archive: File): Promise<readonly string[]> {
  const data = new DataView(await archive.arrayBuffer());
  const names: string[] = [];
  for (let at = 0; at + 46 <= data.byteLength; at += 1) {
    if (data.getUint32(at, true) !== 0x02014b50) continue;
    names.push(new TextDecoder().decode(new Uint8Array(data.buffer, at + 46, data.getUint16(at + 28, true))));
  }
  return names;
}

describe("what an import of samples is made of", () => {
  it("is a .zip as it is", async () => {
    const zip = file("words.zip");
    expect((await sampleArchive([zip], MEGABYTE)).file).toBe(zip.file);
  });

  it("is a folder with its names, without what file managers leave", async () => {
    const droppedFiles = [file("words/yes/1.wav"), file("words/no/2.wav"), file("words/.DS_Store")];
    const { file: archive, title } = await sampleArchive(droppedFiles, MEGABYTE);
    expect(await names(archive)).toEqual(["words/yes/1.wav", "words/no/2.wav"]);
    expect(title).toBe("words, 2 files");
  });

  it("is a table with its files", async () => {
    const { file: archive, title } = await sampleArchive([file("list.csv"), file("a.wav")], MEGABYTE);
    expect(await names(archive)).toEqual(["list.csv", "a.wav"]);
    expect(title).toBe("list.csv and 1 more, 2 files");
  });

  it("is refused before it is sent when the server would refuse it", async () => {
    await expect(sampleArchive([file("words/.DS_Store")], MEGABYTE)).rejects.toThrow("There are no files in it.");
    const many = Array.from({ length: 501 }, (_, number) => file(`words/yes/${number}.wav`));
    await expect(sampleArchive(many, MEGABYTE)).rejects.toThrow("There are 501 files; a project has at most 500.");
    await expect(sampleArchive([file("words/yes/1.wav", "x".repeat(11))], 10)).rejects.toThrow("accepts 10 B at once");
    await expect(sampleArchive([file("words.zip", "x".repeat(11))], 10)).rejects.toThrow("It has 11 B");
  });
});
