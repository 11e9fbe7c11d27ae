import { expect, test } from "vitest";
import { functionAt, stepName } from "./firmware";
import { block, sine, written } from "./fixtures.test-support";
import { Pico } from "./pico";
import { readUf2 } from "./uf2";
import { sentence } from "./virtual-line";

test.each([
  ["cut", (file: Uint8Array) => file.subarray(0, 700), "no whole UF2"],
  ["of another chip", (file: Uint8Array) => file.with(28, 0x57), "another chip"],
  ["with a block lost", (file: Uint8Array) => file.slice(512), "incomplete"],
  ["of something else", (file: Uint8Array) => file.with(0, 0), "is none"],
])("a file that is %s is refused", (_, spoil, said) => {
  expect(() => readUf2(spoil(sine().uf2))).toThrow(said);
});

test("a loader with another sum is refused, as the chip's ROM does", () => {
  const { description } = sine();
  const uf2 = block(0x10000000, new Uint8Array(256));
  expect(() => new Pico({ uf2, description: { ...description, memory: "flash" } })).toThrow("another sum");
});

test.each([
  // A load from an address where nothing is: ldr r0, [r0] with r0 = 0x90000000.
  ["a bad address", [0x2090, 0x0600, 0x6800], "at 0x20000004 in step_1, in the step “sine CONV_2D 1”"],
  ["an instruction that there is not", [0xbf00, 0xbf00, 0xde00], "at 0x20000004 in step_1"],
  ["a jump to zero", [0x2000, 0x4700], "at 0x0"],
])("firmware that does %s is stopped with the address and the step", (_, code, said) => {
  const firmware = written(code, 1);
  const pico = new Pico(firmware);
  const { stopped } = pico;
  expect(stopped?.why).toBe("fault");
  expect(stopped && sentence(stopped, firmware.description)).toContain(said);
});

test("firmware that never answers is stopped after its budget", () => {
  const firmware = written([0xbf00, 0xe7fd], 1);
  const pico = new Pico(firmware, 100_000);
  expect(pico.stopped).toMatchObject({ why: "budget", step: 1 });
  expect(stepName(firmware.description, 1)).toBe("sine CONV_2D 1");
  expect(functionAt(firmware.description, 0x20000002)).toBe("entry");
  expect(pico.exchange(Uint8Array.of(1), 1000)).toHaveLength(0);
});
