// Runs seeds in some rooms at once. Told by JSON lines on stdin, answers by JSON lines on stdout:
// {"do": "run", "rooms": [[seed, project], ...], "lanes": 8}, then {"do": "check", "server": 0}.
import { createInterface } from "node:readline";
import { Room } from "./room.mjs";

const installation = JSON.parse(process.argv[2]);
const rooms = [];

function say(answer) {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

async function run(room) {
  rooms.push(room);
  try {
    return await room.run();
  } catch (error) {
    for (const client of room.clients) client.destroy();
    return { seed: room.seed, clients: 0, typed: 0, acknowledged: 0, problems: [String(error.stack ?? error)] };
  }
}

const commands = {
  async run({ rooms: wanted, lanes }) {
    const waiting = [...wanted];
    const lane = async () => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
        say(await run(new Room(installation, ...one)));
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    say({ done: true });
  },
  async check({ server }) {
    for (const room of rooms.splice(0)) {
      if (room.final === undefined) continue;
      const same = await room.checkAgain(server).catch(() => false);
      say({ seed: room.seed, same });
    }
    say({ done: true });
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  await commands[command.do](command);
}
process.exit(0);
