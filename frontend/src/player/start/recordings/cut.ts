// Cuts a sound at each louder part of it, and background into equal pieces. Pure.

const FRAME_SECONDS = 0.02;
/** Quiet between two sounds, in seconds: a shorter one is part of the sound. */
const GAP_SECONDS = 0.25;
/** Kept before and behind a sound. */
const MARGIN_SECONDS = 0.15;
const SHORTEST_PIECE = 1;
/** A recording that is not longer is kept whole: it was made for one sound. */
const WHOLE_SECONDS = 1.6;
const LOUDER_THAN_FLOOR = 4;
const SHARE_OF_LOUDEST = 0.25;
const QUIET = 0.02;
const MOST_PIECES = 60;

/** The pieces of a recording, each with one sound; none where it has no sound. */
export function cutAtSounds(samples: Float32Array, rate: number): readonly Float32Array[] {
  const levels = levelsOf(samples, Math.round(FRAME_SECONDS * rate));
  const loudest = Math.max(0, ...levels);
  if (loudest < QUIET) return [];
  if (samples.length <= WHOLE_SECONDS * rate) return [samples];
  const floor = levels.toSorted((one, other) => one - other)[Math.floor(levels.length / 5)] ?? 0;
  const limit = Math.max(QUIET, Math.min(loudest * SHARE_OF_LOUDEST, Math.max(floor * LOUDER_THAN_FLOOR, QUIET)));
  return soundsOf(levels, limit)
    .slice(0, MOST_PIECES)
    .map(({ start, end }) => pieceAround(samples, rate, start * FRAME_SECONDS, end * FRAME_SECONDS));
}

/** Equal pieces of a recording of everything else; a rest that is shorter than half a piece is left out. */
export function cutEvenly(samples: Float32Array, rate: number, seconds: number): readonly Float32Array[] {
  const length = Math.round(seconds * rate);
  const count = Math.max(1, Math.round(samples.length / length));
  return Array.from({ length: count }, (_, index) => samples.slice(index * length, (index + 1) * length)).filter(
    (piece) => piece.length > 0,
  );
}

/** The loudest value of each frame. */
function levelsOf(samples: Float32Array, frame: number): readonly number[] {
  return Array.from({ length: Math.ceil(samples.length / frame) }, (_, index) => {
    let level = 0;
    for (const value of samples.subarray(index * frame, (index + 1) * frame)) level = Math.max(level, Math.abs(value));
    return level;
  });
}

interface FrameRange {
  readonly start: number;
  readonly end: number;
}

function soundsOf(levels: readonly number[], limit: number): readonly FrameRange[] {
  const gap = Math.round(GAP_SECONDS / FRAME_SECONDS);
  const sounds: { start: number; end: number }[] = [];
  for (const [index, level] of levels.entries()) {
    if (level < limit) continue;
    const last = sounds.at(-1);
    if (last !== undefined && index - last.end <= gap) last.end = index + 1;
    else sounds.push({ start: index, end: index + 1 });
  }
  return sounds;
}

/** A second or more: what is missing is taken from both sides, as far as there is some. */
function pieceAround(samples: Float32Array, rate: number, start: number, end: number): Float32Array {
  const length = Math.max(SHORTEST_PIECE, end - start + 2 * MARGIN_SECONDS);
  const total = samples.length / rate;
  const from = Math.max(0, Math.min(start - MARGIN_SECONDS, total - length));
  return samples.slice(Math.round(from * rate), Math.round(Math.min(total, from + length) * rate));
}
