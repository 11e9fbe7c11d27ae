// The page worker of the virtual board, as the front end's build left it, without a page. Arguments: the worker's script, a
// UF2 file, its description, and if wanted the budget of cycles for an answer. Standard input has the requests, each with its
// length before it; standard output gets
// what the board sent to each, in the same form, and standard error why it stopped.
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
    process.stderr.write(`${problem}\n`);
    process.exit(1);
  }
  return answer.bytes;
}

ask({
  uf2: new Uint8Array(fs.readFileSync(uf2)),
  description: JSON.parse(fs.readFileSync(description, "utf8")),
});
const requests = fs.readFileSync(0);
for (let at = 0; at < requests.length;) {
  const size = requests.readUInt32LE(at);
  const sent = Buffer.from(
    ask({
      bytes: new Uint8Array(requests.subarray(at + 4, at + 4 + size)),
      budget: Number(budget),
    }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(sent.length);
  process.stdout.write(Buffer.concat([length, sent]));
  at += 4 + size;
}
