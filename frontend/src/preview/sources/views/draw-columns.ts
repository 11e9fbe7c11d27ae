// A spectrogram on a canvas: one pixel a cell, which the stylesheet makes large.

/** `columns`: the brightness of each band, 0 to 1, lowest pitch first; null where there is no sound. */
export function drawColumns(canvas: HTMLCanvasElement, columns: readonly (readonly number[] | null)[]): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const image = context.createImageData(columns.length, canvas.height);
  columns.forEach((bands, x) => {
    for (let band = 0; band < canvas.height; band += 1)
      image.data.set(ember(bands?.[band] ?? 0), ((canvas.height - 1 - band) * columns.length + x) * 4);
  });
  context.putImageData(image, 0, 0);
}

/** From charcoal over ember to a pale flame. */
function ember(brightness: number): [red: number, green: number, blue: number, alpha: number] {
  const b = brightness ** 1.3;
  return [
    30 + 225 * Math.min(1, b * 1.5),
    14 + 200 * Math.max(0, b * 1.25 - 0.12),
    8 + 120 * Math.max(0, b * 2 - 1.1),
    255,
  ];
}
