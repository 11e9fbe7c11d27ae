import { expect, test } from "vitest";
import { recordingBeside } from "./first-recording";

const PATHS = ["Runefile.yml", "samples/yes/0.wav", "fan.wav", "a.wav", "moves.CSV", "labels.txt", "logo.png"];

test("is the first file beside the Runefile of a kind that the rune reads", () => {
  expect(recordingBeside(PATHS, ["sound"])).toEqual({ path: "a.wav", kind: "sound" });
  expect(recordingBeside(PATHS, [null, "motion"])).toEqual({ path: "moves.CSV", kind: "motion" });
  expect(recordingBeside(PATHS, ["picture", "sound"])).toEqual({ path: "logo.png", kind: "picture" });
});

test("is never a sample that a person gave, nor of a kind that the rune does not read", () => {
  expect(recordingBeside(["samples/yes/0.wav", "Runefile.yml"], ["sound"])).toBeNull();
  expect(recordingBeside(PATHS, [null])).toBeNull();
  expect(recordingBeside([], ["sound"])).toBeNull();
});
