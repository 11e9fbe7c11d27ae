// Runs a rune on the published npm package @hotg-ai/rune, as an app of today does.
// Arguments: the package's folder, the rune, and for each capability in its order a shape and a file of raw bytes.
// Prints one line of JSON: the outputs, and the inputs that the rune asked for.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const [, , folder, runeFile, ...given] = process.argv;
// The package is written for bundlers: its main file is looked up as they do.
const { Builder, Tensor } = require(path.join(folder, "index.js"));

const ARRAYS = {
  u8: Uint8ClampedArray,
  i16: Int16Array,
  f32: Float32Array,
};

const inputs = [];
for (let index = 0; index < given.length; index += 2) {
  const [, type, sizes] = /^(\w+)\[(.*)\]$/.exec(given[index]);
  const bytes = fs.readFileSync(given[index + 1]);
  const elements = new ARRAYS[type](bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  inputs.push(Tensor.fromTypedArray(type, sizes.split(",").map(Number), elements));
}

async function main() {
  const requests = [];
  const rune = fs.readFileSync(runeFile);
  const bytes = rune.buffer.slice(rune.byteOffset, rune.byteOffset + rune.length);
  const evaluate = await new Builder().build(bytes);
  const results = [0, 1].map(() => {
    let next = 0;
    return evaluate((description) => {
      requests.push(description);
      const input = inputs[next % inputs.length];
      next += 1;
      return input;
    });
  });
  process.stdout.write(JSON.stringify({ results, asked: requests }) + "\n");
}

main().catch((error) => {
  process.stderr.write(String(error.stack ?? error) + "\n");
  process.exitCode = 1;
});
