import { expect, test } from "vitest";
import { recordingInRoot } from "./first-recording";

const PATHS = ["Runefile.yml", "samples/yes/0.wav", "fan.wav", "a.wav", "moves.CSV", "labels.txt", "logo.png"];

test("is the first file beside the Runefile of a kind that the rune reads", () => {
  expect(recordingInRoot(PATHS, ["sound"])).toEqual({ path: "a.wav", kind: "sound" });
  expect(recordingInRoot(PATHS, [null, "motion"])).toEqual({ path: "moves.CSV", kind: "motion" });
  expect(recordingInRoot(PATHS, ["picture", "sound"])).toEqual({ path: "logo.png", kind: "picture" });
});

test("is never a sample that a person gave, nor of a kind that the rune does not read", () => {
  expect(recordingInRoot(["samples/yes/0.wav", "Runefile.yml"], ["sound"])).toBeNull();
  expect(recordingInRoot(PATHS, [null])).toBeNull();
  expect(recordingInRoot([], ["sound"])).toBeNull();
});
