// A file that is no recording is refused by name; folders and archives go on to their preview.
import { expect, test } from "vitest";
import { droppedArchive } from "./dropped";

const ENDINGS = [".wav", ".png"];
const named = (...names: readonly string[]) => names.map((name) => ({ name, file: new File(["x"], name) }));

test("a ZIP file that comes alone is the archive", () => {
  const [zip] = named("words.ZIP");
  expect(droppedArchive(named("words.ZIP"), ENDINGS)).toMatchObject({ files: null, title: zip?.name });
});

test("single recordings and folders are packed, without litter", () => {
  expect(droppedArchive(named("a.WAV", "b.png"), ENDINGS)).toMatchObject({ title: "a.WAV and 1 more, 2 files" });
  const folder = droppedArchive(named("knock/a.wav", "knock/.DS_Store", "knock/list.json"), ENDINGS);
  expect(folder).toMatchObject({ title: "knock, 2 files", archive: null });
  expect(typeof folder === "string" ? [] : folder.files?.map(({ name }) => name)).toEqual([
    "knock/a.wav",
    "knock/list.json",
  ]);
});

test("files that are no recordings are named, a few of them", () => {
  const sentence = "An import takes .wav, .png, folders that are named after labels, or one .zip.";
  expect(droppedArchive(named("plan.docx", "a.wav"), ENDINGS)).toBe(`plan.docx is not a recording. ${sentence}`);
  expect(droppedArchive(named("a.md", "b.md", "c.md", "d.md"), ENDINGS)).toBe(
    `a.md, b.md, c.md and 1 more are not recordings. ${sentence}`,
  );
  expect(droppedArchive(named("a.zip", "b.zip"), ENDINGS)).toBe(`a.zip and b.zip are not recordings. ${sentence}`);
});

test("an empty folder says what to choose", () => {
  expect(droppedArchive([], ENDINGS)).toContain("Choose recordings");
  expect(droppedArchive(named("x/.git/x"), ENDINGS)).toContain("There are no files in it.");
});
