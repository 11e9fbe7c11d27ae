// One seed: a project with 2 to 20 people on bad networks, who type, delete, rename, remove and bring back, sleep, close
// their tabs and change servers, while others write over the API. Each character that is typed exists once in the world.
import { BAD, Client, GOOD, WORST, Y } from "./client.mjs";
import { chanceOf } from "./random.mjs";

const STEPS = 140;
const LAST_STEPS = 60;
const PAUSE = 6;
/** Milliseconds between two steps, at most. */
const PATIENCE = 60_000;
/** Milliseconds in which all must have come in, while processes are killed. */
const SETTLING = 30_000;
/** Milliseconds in which all must have come to one text once their networks are good again. */
const SETTLED = 1_500;
/** Milliseconds after which a process has found all that others stored. */
const REJOINING = 150;
/** Milliseconds that one waits for another to come in, at most. */

export class Room {
  constructor(installation, seed, project) {
    this.installation = installation;
    this.seed = seed;
    this.project = project;
    this.chance = chanceOf(seed);
    this.next = { plain: 0x4e00, wide: 0x20000 };
    /** Character -> who typed it, and before which of its clocks. */
    this.typed = new Map();
    this.deletedBy = new Map();
    this.seen = new Set();
    this.gone = new Set();
    this.clients = [];
    this.kept = new Map();
    this.problems = [];
    this.apiWrites = 0;
  }

  join() {
    const chance = chanceOf(this.seed * 1000 + this.clients.length + this.gone.size);
    const client = new Client(this.installation, this.project, chance, (_, event) => this.hear(event));
    client.connect();
    this.clients.push(client);
    return client;
  }

  /** An update that one hears from the server is stored: another wrote it, so it is acknowledged. */
  hear(event) {
    if (!(event.target instanceof Y.Text)) return;
    for (const { insert } of event.delta) if (typeof insert === "string") for (const one of insert) this.seen.add(one);
  }

  async play() {
    this.count = 2 + this.chance.below(19);
    for (let number = 0; number < this.count; number++) this.join();
    await until(
      () => this.clients.every((client) => client.synced),
      PATIENCE,
      () => this.reason("nobody came in"),
    );
    for (const client of this.clients) client.network = BAD;
    const alarms = [this.chance.below(STEPS), this.chance.below(STEPS)];
    for (let step = 0; step < STEPS; step++) {
      if (alarms.includes(step)) await this.everyoneLeaves();
      await this.step();
      await sleep(this.chance.below(PAUSE));
    }
  }

  /** No process is killed any more: a room that goes wrong now is not read anew, so it shows. */
  async end() {
    await this.typeOutOfOrder();
    await this.settle();
    this.check();
    const facts = {
      seed: this.seed,
      clients: this.count,
      typed: this.typed.size,
      acknowledged: [...this.typed.keys()].filter((one) => this.isAcknowledged(one)).length,
      problems: this.problems,
    };
    this.final = picture(this.clients[0]);
    for (const client of this.clients) client.destroy();
    return facts;
  }

  async step() {
    const { chance } = this;
    const client = chance.one(this.clients);
    const choice = chance.next();
    if (choice < 0.5) this.type(client);
    else if (choice < 0.6) this.remove(client);
    else if (choice < 0.65)
      this.withFile(client, (file) => file.set("path", `${chance.one(["a", "b/c", "d"])}/${chance.below(99)}.md`));
    else if (choice < 0.68) this.withFile(client, (file) => file.set("deleted", true));
    else if (choice < 0.72) this.withFile(client, (file) => file.set("deleted", false));
    else if (choice < 0.76) client.disconnect();
    else if (choice < 0.86 && !client.wanted) client.connect();
    else if (choice < 0.79) client.connect();
    else if (choice < 0.9) this.type(client);
    else if (choice < 0.94) client.ask();
    else if (choice < 0.96) this.closeTab(client);
    else if (choice < 0.98) await this.writeOverApi();
    else this.typeAlot(client);
  }

  texts(client) {
    return [...client.files.values()].map((file) => file.get("text")).filter((text) => text instanceof Y.Text);
  }

  /** The texts that merge by letters, so that each letter stays. Lines of Runefiles and labels merge as a whole. */
  freeTexts(client) {
    return this.texts(client).filter((text) => String(text.parent.get("path")).endsWith(".md"));
  }

  withFile(client, change) {
    const files = [...client.files.values()].filter((file) => !String(file.get("path")).startsWith("api"));
    if (files.length > 0) change(this.chance.one(files));
  }

  type(client) {
    const texts = this.freeTexts(client);
    if (texts.length === 0) return;
    const text = this.chance.one(texts);
    const word = Array.from({ length: 1 + this.chance.below(4) }, () => this.fresh());
    const clock = ownClock(client);
    text.insert(between(text, this.chance.below(text.length + 1)), word.join(""));
    let end = clock;
    for (const one of word) {
      end += one.length;
      this.typed.set(one, { client, end });
    }
  }

  /** Asleep, on the train: a lot is written before anyone hears of it. */
  typeAlot(client) {
    client.disconnect();
    for (let time = 0; time < 15; time++) this.type(client);
  }

  remove(client) {
    const texts = this.freeTexts(client).filter((text) => text.length > 2);
    if (texts.length === 0) return;
    const text = this.chance.one(texts);
    const whole = text.toString();
    const from = between(text, this.chance.below(text.length));
    const to = between(text, Math.min(text.length, from + 1 + this.chance.below(3)));
    for (const one of whole.slice(from, to)) {
      if (!this.deletedBy.has(one)) this.deletedBy.set(one, new Set());
      this.deletedBy.get(one).add(client);
    }
    if (to > from) text.delete(from, to - from);
  }

  /** A tab that is closed takes with it what only it knew. */
  closeTab(client) {
    if (this.clients.length < 3) return;
    this.clients.splice(this.clients.indexOf(client), 1);
    this.gone.add(client);
    client.disconnect();
    this.join().network = BAD;
  }

  /** All tabs are closed at once: what was acknowledged has to come back from the server, for nobody else has it. */
  async everyoneLeaves() {
    const leaving = this.clients.splice(0);
    for (const client of leaving) {
      this.gone.add(client);
      client.disconnect();
    }
    for (const _ of leaving) this.join();
    await until(
      () => this.clients.every((client) => client.synced),
      PATIENCE,
      () => this.reason("nobody came back"),
    );
    for (const client of this.clients) client.network = BAD;
  }

  fresh() {
    if (this.chance.happens(0.05)) return String.fromCodePoint(this.next.wide++);
    const code = this.next.plain++;
    if (this.next.plain === 0xd800) this.next.plain = 0xe000;
    return String.fromCharCode(code);
  }

  /** A change from outside while people type: a file that nobody else writes in. */
  async writeOverApi() {
    if (this.apiWrites >= 4) return;
    const server = this.chance.one(this.installation.servers);
    const body = `written ${++this.apiWrites} times\n`;
    try {
      const answer = await fetch(`${server}/api/v1/projects/${this.project}/files/api.txt`, {
        method: "PUT",
        headers: { ...this.installation.headers, Referer: server },
        body,
      });
      if (answer.ok) this.apiText = body;
    } catch {
      // That server is away at the moment. It may have stored this before it went.
      this.apiText = undefined;
    }
  }

  async typeOutOfOrder() {
    for (const client of this.clients) {
      client.network = GOOD;
      if (!client.synced) client.connect();
    }
    await until(
      () => this.clients.every((client) => client.synced),
      PATIENCE,
      () => this.reason("nobody came in"),
    );
    for (const client of this.clients) client.network = WORST;
    for (let step = 0; step < LAST_STEPS; step++) {
      this.type(this.chance.one(this.clients));
      await sleep(this.chance.below(PAUSE));
    }
  }

  async settle() {
    // One after another, so that the room never empties.
    for (const client of this.clients) {
      client.network = GOOD;
      client.connect();
      await until(
        () => client.synced,
        REJOINING,
        () => "",
      ).catch(() => undefined);
    }
    const agree = () => {
      if (this.clients.some((client) => client.closedFor)) return true;
      if (!this.clients.every((client) => client.synced)) return false;
      const [first, ...others] = this.clients.map(picture);
      return others.every((other) => other === first);
    };
    await until(agree, SETTLING, () => this.reason("they do not agree"));
    // Updates that another process stored of people who left may still be on their way.
    await sleep(SETTLED);
    await until(agree, SETTLING, () => this.reason("they no longer agree"));
    for (const client of this.clients) if (client.closedFor) this.problems.push(`closed: ${client.closedFor}`);
  }

  reason(what) {
    const states = this.clients.map((client) => `${client.synced ? "in" : "out"} ${picture(client).length}`);
    return `seed ${this.seed}: ${what}: ${states.join(", ")}`;
  }

  isAcknowledged(one) {
    const { client, end } = this.typed.get(one);
    return this.seen.has(one) || client.stored >= end;
  }

  check() {
    const counts = new Map();
    for (const text of this.texts(this.clients[0])) {
      for (const one of text.toString()) counts.set(one, (counts.get(one) ?? 0) + 1);
      if (text.parent.get("path") === "api.txt" && this.apiText !== undefined && text.toString() !== this.apiText) {
        this.problems.push(
          `the API's file says ${JSON.stringify(text.toString())}, not ${JSON.stringify(this.apiText)}`,
        );
      }
    }
    for (const [one, { client }] of this.typed) {
      const count = counts.get(one) ?? 0;
      const deleters = [...(this.deletedBy.get(one) ?? [])];
      const mustStay = deleters.length === 0 && (!this.gone.has(client) || this.isAcknowledged(one));
      const mustGo = deleters.some((deleter) => !this.gone.has(deleter));
      if (count > 1 || (mustStay && count !== 1) || (mustGo && count !== 0)) {
        this.problems.push(`${one} is there ${count} times`);
      }
    }
  }

  /** Once everything was killed and started again: a newcomer sees what all saw at the end. */
  async checkAgain(server) {
    const client = new Client(this.installation, this.project, this.chance, () => undefined);
    client.connect(server);
    await until(
      () => client.synced,
      PATIENCE,
      () => `seed ${this.seed}: nobody came in after the restart`,
    );
    const now = picture(client);
    client.destroy();
    return now === this.final ? null : `${now} instead of ${this.final}`;
  }
}

/** All that a client sees, as text. */
function picture(client) {
  const files = [...client.files.entries()].map(([id, file]) => {
    const text = file.get("text");
    return [id, file.get("path"), file.get("deleted") ?? false, text instanceof Y.Text ? text.toString() : null];
  });
  return JSON.stringify(files.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function ownClock(client) {
  return Y.decodeStateVector(Y.encodeStateVector(client.doc)).get(client.doc.clientID) ?? 0;
}

/** A place that is not inside of a character that takes two units. */
function between(text, place) {
  const whole = text.toString();
  const code = whole.charCodeAt(place);
  return code >= 0xdc00 && code <= 0xdfff ? place + 1 : place;
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

export async function until(condition, patience, reason) {
  const end = Date.now() + patience;
  while (!condition()) {
    if (Date.now() > end) throw new Error(reason());
    await sleep(20);
  }
}
