// The least that a host of ABI v0 can be, on V8: runs a rune once for each frame of inputs.
// Arguments: the rune, a file with all frames, and the bytes of each input. Writes what TENSOR outputs send, one message
// after another, each with its length before it.
"use strict";
const fs = require("node:fs");

const [, , rune, given, ...sizes] = process.argv;
const lengths = sizes.map(Number);
const frames = fs.readFileSync(given);
const messages = [];
const capabilities = [];
let memory;
let handles = 0;
let frame = 0;

const env = {
  _debug: () => 0,
  request_capability: () => {
    capabilities.push(++handles);
    return handles;
  },
  request_capability_set_param: () => 0,
  request_provider_response: (address, length, handle) => {
    const index = capabilities.indexOf(handle);
    const start = frame + lengths.slice(0, index).reduce((sum, each) => sum + each, 0);
    new Uint8Array(memory.buffer, address, length).set(frames.subarray(start, start + length));
    return length;
  },
  request_output: () => ++handles,
  consume_output: (_handle, address, length) => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(length);
    messages.push(size, Buffer.from(new Uint8Array(memory.buffer, address, length)));
    return length;
  },
};

const compiled = new WebAssembly.Module(fs.readFileSync(rune));
const called = new WebAssembly.Instance(compiled, { env }).exports;
memory = called.memory;
called._manifest();
const size = lengths.reduce((sum, each) => sum + each, 0);
for (; frame < frames.length; frame += size) {
  called._call(0, 0, 0);
}
fs.writeFileSync(1, Buffer.concat(messages));
