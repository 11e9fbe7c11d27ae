import { expect, test } from "vitest";
import { kindOf } from "./model-file";

const file = (name: string, contents: string) => new File([contents], name);

test("a TensorFlow Lite model is known by its contents, and by its name", async () => {
  expect(await kindOf(file("words.tflite", "no matter"))).toBe("tflite");
  expect(await kindOf(file("words.bin", "\0\0\0\0TFL3 and more"))).toBe("tflite");
});

test("other models are distinguished from what is none", async () => {
  expect(await kindOf(file("words.ONNX", "x"))).toBe("other-model");
  expect(await kindOf(file("words.rune", "\0asm"))).toBe("no-model");
  expect(await kindOf(file("tflite", ""))).toBe("tflite");
  expect(await kindOf(file("", ""))).toBe("no-model");
});
