// A file as a picture, with its numbers as they are stored: neither the browser's colours nor its alpha change them.

const LARGEST_PIXELS = 40_000_000;

/** Rejects with an Error whose message is for a person. */
export async function decodePicture(file: Blob): Promise<ImageBitmap> {
  const options = { colorSpaceConversion: "none", premultiplyAlpha: "none" } as const;
  const bitmap = await createImageBitmap(file, options).catch(() => {
    throw new Error("This file is not a picture that your browser can show. Try a png or jpeg.");
  });
  if (bitmap.width * bitmap.height > LARGEST_PIXELS)
    throw new Error(`This picture has more than ${LARGEST_PIXELS / 1e6} million pixels.`);
  return bitmap;
}
