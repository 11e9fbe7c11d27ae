// A board as the sensor of a preview: its serial port, chosen by its person, read until a signal aborts.
import type { BoardLine } from "../../preview";
import { BITS_A_SECOND as FAST, SerialLine, serialOf } from "../serial/port";
import { SensorStream } from "./stream";

/** The speed of most sketches and bridges, which is too slow for sound. A board with its own USB ignores it. */
const BITS_A_SECOND = { motion: 115_200, sound: FAST };
const NO_SERIAL =
  "This browser has no serial ports. Use Chrome or Edge on a computer, and open the page by https:// or on this computer.";

/** Says where the browser has none. */
export function boardLine(navigator: object): BoardLine {
  return {
    connect: async (kind, signal, { onMessage, onLost, onClosed }) => {
      const serial = serialOf(navigator);
      if (serial === null) throw new Error(NO_SERIAL);
      const line = new SerialLine(await serial.requestPort(), undefined, BITS_A_SECOND[kind]);
      const stream = new SensorStream();
      await line.open({
        onBytes: (bytes) => {
          const before = stream.lost;
          for (const message of stream.push(bytes)) onMessage(message);
          if (stream.lost > before) onLost(stream.lost);
        },
        onQuiet: () => undefined,
        onClosed,
      });
      if (signal.aborted) await line.close();
      else signal.addEventListener("abort", () => void line.close());
    },
  };
}
