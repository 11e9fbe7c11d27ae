// The conversion of a sound file to mono at the rune's rate, in the words of `rune run`.

interface Format {
  /** Samples a second. */
  readonly rate: number;
  readonly channels: number;
}

/** The format in a wav's header; null for every other file. */
export function wavFormat(bytes: ArrayBuffer): Format | null {
  const view = new DataView(bytes);
  const text = (at: number): string => String.fromCharCode(...new Uint8Array(bytes, at, 4));
  if (bytes.byteLength < 12 || text(0) !== "RIFF" || text(8) !== "WAVE") return null;
  for (let at = 12; at + 24 <= bytes.byteLength;) {
    if (text(at) === "fmt ") return { channels: view.getUint16(at + 10, true), rate: view.getUint32(at + 12, true) };
    const size = view.getUint32(at + 4, true);
    at += 8 + size + (size % 2);
  }
  return null;
}

/**
 * The conversion in words, or null where there was none. For a file that is no wav the browser says how many channels
 * it has and not at which rate they were.
 */
export function conversionText(format: Format | null, channels: number, rate: number): string | null {
  if (format === null) return channels === 1 ? null : `${channelsText(channels)}, mixed to mono`;
  if (format.rate === rate && format.channels === 1) return null;
  return `${hertzText(format.rate)} ${channelsText(format.channels)}, converted to ${hertzText(rate)} mono`;
}

function channelsText(channels: number): string {
  return channels === 1 ? "mono" : channels === 2 ? "stereo" : `with ${channels} channels`;
}

/** `44.1 kHz`, `100 Hz`. */
function hertzText(rate: number): string {
  return rate >= 1000 ? `${Number((rate / 1000).toPrecision(6))} kHz` : `${rate} Hz`;
}
