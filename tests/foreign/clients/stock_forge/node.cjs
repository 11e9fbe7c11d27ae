// Loads a rune with the published npm package @hotg-ai/forge, as a program of its users does, and runs it twice.
// Arguments: the folder of node_modules, the package's parameters as JSON, and the numbers that the rune gets.
// Prints one line of JSON: the elements of each result, or the error.
"use strict";
const path = require("node:path");

const [, , modules, parameters, ...numbers] = process.argv;
// The package asks the browser who it is, also where its reports are off. A program in Node answers in its place.
Object.assign(globalThis, { window: globalThis, document: {}, navigator: { userAgent: "Node", vendor: "" } });
const fingerprint = require.resolve("@fingerprintjs/fingerprintjs", { paths: [modules] });
const exports_ = { load: async () => ({ get: async () => ({ visitorId: "node" }) }) };
require.cache[fingerprint] = { id: fingerprint, filename: fingerprint, loaded: true, exports: exports_ };
const { default: forge } = require(path.join(modules, "@hotg-ai/forge/index.js"));
const { Tensor } = require(path.join(modules, "@hotg-ai/rune/index.js"));

async function main() {
  const predict = await forge(JSON.parse(parameters));
  const results = numbers.map((number) => {
    const input = Tensor.fromTypedArray("f32", [1, 1], new Float32Array([Number(number)]));
    return predict(() => input).map((output) => Array.from(output.elements));
  });
  return { results };
}

main()
  .catch((error) => ({ error: error.message }))
  .then((answer) => process.stdout.write(JSON.stringify(answer) + "\n"));
