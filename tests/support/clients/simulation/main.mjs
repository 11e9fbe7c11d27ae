// Runs seeds in some rooms at once. Told by JSON lines on stdin, answers by JSON lines on stdout:
// {"do": "play", "rooms": [[seed, project], ...], "lanes": 8}, {"do": "end"}, then {"do": "check", "server": 0}.
import { createInterface } from "node:readline";
import { Room } from "./room.mjs";

const installation = JSON.parse(process.argv[2]);
const rooms = [];

function say(answer) {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

function failed(room, error) {
  for (const client of room.clients) client.destroy();
  return { seed: room.seed, clients: 0, typed: 0, acknowledged: 0, problems: [String(error.stack ?? error)] };
}

const commands = {
  async play({ rooms: wanted, lanes }) {
    const waiting = [...wanted];
    const lane = async () => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
        const room = new Room(installation, ...one);
        await room.play().then(
          () => rooms.push(room),
          (error) => say(failed(room, error)),
        );
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    say({ done: true });
  },
  async end() {
    await Promise.all(rooms.map(async (room) => say(await room.end().catch((error) => failed(room, error)))));
    say({ done: true });
  },
  async check({ server }) {
    for (const room of rooms.splice(0)) {
      if (room.final === undefined) continue;
      say({ seed: room.seed, wrong: await room.checkAgain(server).catch(String) });
    }
    say({ done: true });
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  await commands[command.do](command);
}
process.exit(0);
