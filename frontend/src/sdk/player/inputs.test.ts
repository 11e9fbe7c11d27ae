import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { CapabilityRequest } from "../../runtime/types";
import type { Picture } from "../streams/camera";
import { inputParts } from "./inputs";

// Files of tests share modules, so the others keep what this one does not replace.
vi.mock("../streams/camera", async (original) => ({
  ...(await original<object>()),
  pictureInput: ({ width }: Picture) => new ArrayBuffer(width),
}));

/** As much of an element of a page as the inputs ask for. */
class Part extends EventTarget {
  static all: Part[] = [];
  readonly colours: string[] = [];
  value = "";
  files: readonly File[] = [];
  fillStyle = "";
  strokeStyle = "";
  clientWidth = 1;
  clientHeight = 1;
  constructor(readonly name: string) {
    super();
    Part.all.push(this);
  }
  setAttribute(): void {}
  append(): void {}
  setPointerCapture(): void {}
  getContext(): this {
    return this;
  }
  fillRect(): void {
    this.colours.push(this.fillStyle);
  }
  beginPath(): void {}
  moveTo(): void {
    this.colours.push(this.strokeStyle);
  }
}

const REQUEST = { id: 1, kind: "RAW", parameters: {}, size: 8, type: "f32[2]", stage: null } as const;
const PICTURE = {
  ...REQUEST,
  kind: "IMAGE",
  parameters: { width: 28, height: 28, pixel_format: 2 },
  size: 784,
  type: null,
} as const;

const actions = { run: vi.fn(), fail: vi.fn(), toggle: vi.fn() };

// Files of one thread share the globals: the next one may load a module that looks at them.
afterEach(() => {
  vi.unstubAllGlobals();
});

beforeEach(() => {
  vi.useRealTimers();
  Part.all = [];
  vi.clearAllMocks();
  vi.stubGlobal("document", { createElement: (name: string) => new Part(name) });
});

function partOf(request: CapabilityRequest, name: string): Part {
  inputParts([request], actions);
  const part = Part.all.find((each) => each.name === name);
  if (part === undefined) throw new Error(`There is no ${name}.`);
  return part;
}

function press(part: Part, key: { readonly isComposing: boolean; readonly keyCode: number }): void {
  part.dispatchEvent(Object.assign(new Event("keydown"), { key: "Enter", ...key }));
}

test("numbers are those that are written, whatever stands around them", () => {
  const field = partOf(REQUEST, "input");
  for (const text of ["1 2 ", " 1, 2", "1;2;\n"]) {
    field.value = text;
    press(field, { isComposing: false, keyCode: 13 });
    expect(actions.run).toHaveBeenLastCalledWith([1, 2]);
  }
});

test("Enter that ends a composition does not run", () => {
  const field = partOf({ ...REQUEST, type: null }, "input");
  press(field, { isComposing: true, keyCode: 13 });
  press(field, { isComposing: false, keyCode: 229 });
  expect(actions.run).not.toHaveBeenCalled();
});

test("a file that is no picture says so, and can be chosen again", async () => {
  vi.stubGlobal("createImageBitmap", () => Promise.reject(new DOMException("no", "InvalidStateError")));
  const file = partOf(PICTURE, "input");
  file.value = "notes.txt";
  file.files = [new File(["x"], "notes.txt")];
  file.dispatchEvent(new Event("change"));
  expect(file.value).toBe("");
  await vi.waitFor(() => expect(actions.fail).toHaveBeenCalled());
  expect(String(actions.fail.mock.lastCall?.[0])).toContain("not a picture");
});

test("the picture that was chosen last is run, though an earlier one is decoded after it", async () => {
  const resolvers: ((bitmap: object) => void)[] = [];
  vi.stubGlobal("createImageBitmap", () => new Promise((resolve) => resolvers.push(resolve)));
  const file = partOf(PICTURE, "input");
  for (const name of ["large.png", "small.png"]) {
    file.files = [new File(["x"], name)];
    file.dispatchEvent(new Event("change"));
  }
  resolvers[1]?.({ width: 2, height: 2 });
  await vi.waitFor(() => expect(actions.run).toHaveBeenCalledTimes(1));
  resolvers[0]?.({ width: 9, height: 9 });
  await new Promise((resolve) => setTimeout(resolve));
  expect(actions.run.mock.calls).toEqual([[new ArrayBuffer(2)]]);
});

test("one draws black on white, as the rune is given drawings elsewhere", () => {
  const sheet = partOf(PICTURE, "canvas");
  sheet.dispatchEvent(Object.assign(new Event("pointerdown"), { pointerId: 1, offsetX: 1, offsetY: 1 }));
  expect(sheet.colours).toEqual(["white", "black"]);
});
