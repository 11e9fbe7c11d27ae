// Zips for tests.

/** A zip of these files, stored or packed. */
export async function zipOf(
  files: Readonly<Record<string, Uint8Array>>,
  format?: CompressionFormat,
): Promise<Uint8Array<ArrayBuffer>> {
  const locals: number[] = [];
  const central: number[] = [];
  for (const [path, data] of Object.entries(files)) {
    const name = [...new TextEncoder().encode(path)];
    const packedData = format === undefined ? [...data] : await pack(data, format);
    const middle = [
      0,
      0,
      format === undefined ? 0 : 8,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...u32(packedData.length),
      ...u32(data.length),
    ];
    const sizes = [name.length, 0, 0, 0];
    central.push(
      0x50,
      0x4b,
      1,
      2,
      20,
      0,
      20,
      0,
      ...middle,
      ...sizes,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...u32(locals.length),
      ...name,
    );
    locals.push(0x50, 0x4b, 3, 4, 20, 0, ...middle, ...sizes, ...name, ...packedData);
  }
  const count = Object.keys(files).length;
  const end = [0x50, 0x4b, 5, 6, 0, 0, 0, 0, count, 0, count, 0, ...u32(central.length), ...u32(locals.length), 0, 0];
  return Uint8Array.from([...locals, ...central, ...end]);
}

async function pack(data: Uint8Array, format: CompressionFormat): Promise<number[]> {
  const stream = new Blob([data.slice()]).stream().pipeThrough(new CompressionStream(format));
  return [...new Uint8Array(await new Response(stream).arrayBuffer())];
}

function u32(value: number): number[] {
  return [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255];
}
