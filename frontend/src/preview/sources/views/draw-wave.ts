// A sound as bars, in the canvas's own colour.

const BAR = 6;
const GAP = 2;

/** `least`: the peak, 0 to 1, from which on the picture is full; a louder sound fills it too. */
export function drawWave(canvas: HTMLCanvasElement, samples: Float32Array, least = 0.05): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const { width, height } = canvas;
  context.clearRect(0, 0, width, height);
  context.fillStyle = getComputedStyle(canvas).color;
  const bars = Math.floor(width / BAR);
  const loudest = Math.max(least, peak(samples, 0, samples.length)) || 1;
  for (let index = 0; index < bars; index += 1) {
    const from = Math.floor((index * samples.length) / bars);
    const to = Math.floor(((index + 1) * samples.length) / bars);
    const reach = Math.max(1, (peak(samples, from, to) / loudest) * (height / 2 - 2));
    context.fillRect(index * BAR, height / 2 - reach, BAR - GAP, 2 * reach);
  }
}

function peak(samples: Float32Array, from: number, to: number): number {
  let highest = 0;
  for (let index = from; index < to; index += 1) highest = Math.max(highest, Math.abs(samples[index] ?? 0));
  return highest;
}
