// The page worker of the virtual board, as the front end's build left it, without a page. Arguments: the worker's script, a
// UF2 file, its description, and if wanted the budget of cycles for an answer. Standard input has the requests, each with its
// length before it; standard output gets what the board sent to each as it comes, in the same form, and standard error
// why it stopped.
"use strict";
const fs = require("node:fs");
const vm = require("node:vm");

const [, , script, uf2, description, budget = "2e10"] = process.argv;
const answers = [];
const page = vm.createContext({
  postMessage: (answer) => answers.push(answer),
  console,
  TextDecoder,
});
vm.runInContext(fs.readFileSync(script, "utf8"), page);

function ask(question) {
  page.onmessage({ data: question });
  const answer = answers.pop();
  const problem = answer.problem ?? (answer.stopped && JSON.stringify(answer.stopped));
  if (problem) {
    process.stderr.write(`${problem}\n`, () => process.exit(1));
    return null;
  }
  return answer.bytes;
}

ask({
  uf2: new Uint8Array(fs.readFileSync(uf2)),
  description: JSON.parse(fs.readFileSync(description, "utf8")),
});
let waiting = Buffer.alloc(0);
process.stdin.on("data", (bytes) => {
  waiting = Buffer.concat([waiting, bytes]);
  while (waiting.length >= 4 && waiting.length >= 4 + waiting.readUInt32LE(0)) {
    const end = 4 + waiting.readUInt32LE(0);
    const sent = ask({ bytes: new Uint8Array(waiting.subarray(4, end)), budget: Number(budget) });
    if (sent === null) return;
    waiting = waiting.subarray(end);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(sent.length);
    process.stdout.write(Buffer.concat([length, Buffer.from(sent)]));
  }
});
