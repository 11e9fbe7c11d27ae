import { expect, test } from "vitest";
import { functionAt, stepName } from "../firmware/file";
import { block, sine, firmwareOf } from "../fixtures.test-support";
import { Pico } from "./pico";
import { readUf2 } from "./uf2";
import { sentence } from "./line";

test.each([
  ["cut", (file: Uint8Array) => file.subarray(0, 700), "cut short"],
  ["of another chip", (file: Uint8Array) => file.with(28, 0x57), "another chip"],
  ["with a block lost", (file: Uint8Array) => file.slice(512), "incomplete"],
  ["of something else", (file: Uint8Array) => file.with(0, 0), "is not a valid UF2 block"],
])("a file that is %s is refused", (_, spoil, message) => {
  expect(() => readUf2(spoil(sine().uf2))).toThrow(message);
});

test("a loader with another sum is refused, as the chip's ROM does", () => {
  const { description } = sine();
  const uf2 = block(0x10000000, new Uint8Array(256));
  expect(() => new Pico({ uf2, description: { ...description, memory: "flash" } })).toThrow("another sum");
});

test.each([
  // ldr r0, [r0] with r0 = 0x90000000.
  [
    "reads where nothing is",
    [0x2090, 0x0600, 0x6800],
    "at 0x20000004 in step_1, in the step “sine CONV_2D 1”",
    "0x90000000, where",
  ],
  ["reads behind a null pointer", [0x2000, 0x6840], "at 0x20000002 in entry", "reads from 0x4, a null pointer"],
  ["writes behind a null pointer", [0x2000, 0x7080], "at 0x20000002", "writes to 0x2, a null pointer"],
  [
    "reads a word that is not aligned",
    [0x2020, 0x0600, 0x1c40, 0x6800],
    "at 0x20000006",
    "0x20000001, which is not a multiple of 4",
  ],
  ["writes a half-word that is not aligned", [0x2020, 0x0600, 0x1c40, 0x8000], "at 0x20000006", "not a multiple of 2"],
  ["writes to flash", [0x2010, 0x0600, 0x7000], "at 0x20000004", "writes to 0x10000000, which is flash"],
  [
    "reads what the emulator only grumbles about",
    [0x20d1, 0x0600, 0x6800],
    "at 0x20000004",
    "0xd1000000, where nothing is",
  ],
  ["runs an unknown instruction", [0xbf00, 0xbf00, 0xde00], "at 0x20000004 in step_1", "an unknown instruction"],
  ["jumps to zero", [0x2000, 0x4700], "at 0x20000002 in entry", "it jumps to 0x0, where no code is"],
  // push {lr} again and again.
  ["fills its memory with its stack", [0xb500, 0xe7fd], "in entry", "its stack outgrew its memory"],
])("firmware that %s is stopped with the address, the function and the step", (_, code, place, reason) => {
  const firmware = firmwareOf(code, 1);
  const { stopReport } = new Pico(firmware, 10_000_000);
  expect(stopReport?.why).toBe("fault");
  const text = stopReport && sentence(stopReport, firmware.description);
  expect(text).toContain(place);
  expect(text).toContain(reason);
});

test("firmware that never answers is stopped after its budget", () => {
  const firmware = firmwareOf([0xbf00, 0xe7fd], 1);
  const pico = new Pico(firmware, 100_000);
  expect(pico.stopReport).toMatchObject({ why: "budget", step: 1 });
  expect(stepName(firmware.description, 1)).toBe("sine CONV_2D 1");
  expect(functionAt(firmware.description, 0x20000002)).toBe("entry");
  expect(pico.exchange(Uint8Array.of(1), 1000)).toHaveLength(0);
});
