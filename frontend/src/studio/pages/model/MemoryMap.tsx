// The memory of a model that is compiled: which tensor lies where, and in which steps;
// `forge/builds/pages/memory_map.py` draws the same on a build's page.
import type { MemoryMap as Map } from "../../../api/schema";
import { sizeText } from "../../../look/quantities";
import "../../../look/memory.css";

const WIDTH = 720;
const HEIGHT = 240;
/** Colours that buffers take by turns. */
const TINTS = 6;
/** A rectangle that has room for a name, and about how wide one letter is. */
const LEAST = { width: 60, height: 16, letter: 7 };

type Buffer = Map["buffers"][number];

function stepsOf({ first, last }: Buffer, steps: readonly string[]): string {
  const [from, to] = [steps[first] ?? "", steps[last] ?? ""];
  return first === last ? from : `${from} to ${to}`;
}

/** As many of a name's last words as there is room for; of a long word its end. */
function cut(name: string, width: number): string {
  const parts = name.split(" ");
  const tails = parts.map((_, start) => parts.slice(start).join(" "));
  return tails.find((tail) => tail.length <= width) ?? `…${name.slice(1 - width)}`;
}

export function MemoryMap({ map: { arena, steps, buffers } }: { readonly map: Map }) {
  if (arena === 0 || buffers.length === 0) return null;
  const step = WIDTH / steps.length;
  return (
    <section className="card memory-map">
      <h2>Memory</h2>
      <p>
        What lies where, and when: steps go from left to right, and what is not needed at one time shares room. All of
        it takes {sizeText(arena)}.
      </p>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`The arena of ${sizeText(arena)}; the table below has the same data`}
      >
        {buffers.map((buffer, index) => {
          const [x, width] = [buffer.first * step, (buffer.last - buffer.first + 1) * step];
          const [y, height] = [HEIGHT * (1 - (buffer.offset + buffer.size) / arena), (HEIGHT * buffer.size) / arena];
          return (
            <g key={index} className={`tint-${index % TINTS}`}>
              <title>{`${buffer.name}: ${sizeText(buffer.size)} from byte ${buffer.offset}, ${stepsOf(buffer, steps)}`}</title>
              <rect x={x} y={y} width={width} height={height} />
              {width >= LEAST.width && height >= LEAST.height && (
                <text x={x + 4} y={y + 12}>
                  {cut(buffer.name, Math.floor(width / LEAST.letter) - 1)}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      <div className="scroll" role="region" aria-label="Buffers of the memory" tabIndex={0}>
        <table className="num">
          <thead>
            <tr>
              <th>Buffer</th>
              <th>Size</th>
              <th>Needed in</th>
            </tr>
          </thead>
          <tbody>
            {buffers.map((buffer, index) => (
              <tr key={index}>
                <td>{buffer.name}</td>
                <td>{sizeText(buffer.size)}</td>
                <td className="muted">{stepsOf(buffer, steps)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
