// Many people who edit at once, in one process: how long until each of the others hears of an edit.
// JSON lines on stdin, each answered by one on stdout: {"do": "join", "rooms": [address, ...], "people": 20, "headers": {}}, then
// {"do": "type", "each": 5, "seconds": 10}.
//
// Frames are made by Yjs and read by it until all are in; while it is measured they are searched for the marks of edits,
// so that this process costs little and as much beside each server.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
const Y = require("yjs");
const WebSocket = require("ws");
const encoding = require("lib0/encoding");
const decoding = require("lib0/decoding");

const SYNC = 0;
const [STEP_1, STEP_2, UPDATE] = [0, 1, 2];
const MARK = "\u00ab";
const DIGITS = 9;
const sendTimes = new Float64Array(4_000_000);
let edits = 0;
let latencies = [];
let measuring = false;

const bytesOfMark = Buffer.from(MARK);

class Person {
  constructor(address, headers) {
    this.doc = new Y.Doc();
    this.socket = new WebSocket(address, { headers });
    this.ready = new Promise((resolve, reject) => {
      this.socket.on("error", reject);
      this.socket.on("close", (code) => reject(new Error(`closed with ${code}`)));
      this.socket.on("open", () => this.send(STEP_1, Y.encodeStateVector(this.doc)));
      this.socket.on("message", (data) => this.receive(data, resolve));
    });
    this.ready.catch(() => undefined);
    this.doc.on("update", (update, origin) => origin !== this && this.send(UPDATE, update));
  }

  send(step, payload) {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, SYNC);
    encoding.writeVarUint(encoder, step);
    encoding.writeVarUint8Array(encoder, payload);
    this.socket.send(encoding.toUint8Array(encoder));
  }

  receive(data, resolve) {
    if (data[0] !== SYNC) return;
    if (data[1] === STEP_1) {
      // A server may wait for this answer before it takes an edit.
      const vector = decoding.readVarUint8Array(decoding.createDecoder(data.subarray(2)));
      this.send(STEP_2, Y.encodeStateAsUpdate(this.doc, vector));
      return;
    }
    if (!measuring) {
      const decoder = decoding.createDecoder(data.subarray(2));
      Y.applyUpdate(this.doc, decoding.readVarUint8Array(decoder), this);
      resolve();
      return;
    }
    const now = performance.now();
    for (let at = data.indexOf(bytesOfMark); at >= 0; at = data.indexOf(bytesOfMark, at + 1)) {
      const digits = data.latin1Slice(at + bytesOfMark.length, at + bytesOfMark.length + DIGITS);
      // The bytes of the mark may also be part of a number of Yjs.
      if (!/^\d{9}$/.test(digits)) continue;
      const number = Number(digits);
      // Who sent it may hear of it again, in a frame that holds several.
      if (!this.own.has(number)) latencies.push(now - sendTimes[number]);
    }
  }

  text() {
    const files = this.doc.getMap("files");
    for (const file of files.values()) return file.get("text");
    return this.doc.getText("text");
  }

  begin(each, seconds) {
    this.own = new Set();
    const text = this.text();
    return new Promise((resolve) => {
      const end = performance.now() + seconds * 1000;
      const edit = () => {
        if (performance.now() > end) return resolve();
        const number = edits++;
        this.own.add(number);
        sendTimes[number] = performance.now();
        text.insert(text.length, MARK + String(number).padStart(DIGITS, "0"));
        setTimeout(edit, (1000 / each) * (0.5 + Math.random()));
      };
      setTimeout(edit, (Math.random() * 1000) / each);
    });
  }
}

let everyone = [];

async function join({ rooms, people, headers }) {
  [edits, latencies, measuring] = [0, [], false];
  everyone = rooms.flatMap((address) => Array.from({ length: people }, () => new Person(address, headers)));
  await Promise.all(everyone.map((person) => person.ready));
  measuring = true;
  return { people };
}

async function type({ each, seconds }) {
  const cpu = process.cpuUsage();
  await Promise.all(everyone.map((person) => person.begin(each, seconds)));
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const { user, system } = process.cpuUsage(cpu);
  for (const person of everyone) person.socket.removeAllListeners("close").close();
  latencies.sort((one, other) => one - other);
  const at = (part) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))];
  return {
    edits,
    heard: latencies.length,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    own: (user + system) / 1e6 / (seconds + 1),
  };
}

const commands = { join, type };

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  const answer = await commands[command.do](command).catch((error) => ({ error: String(error) }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
