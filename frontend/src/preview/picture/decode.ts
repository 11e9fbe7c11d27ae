// A file as a picture, with its numbers as they are stored: neither the browser's colours nor its alpha change them. It is
// turned as its EXIF says, as everywhere.

const LARGEST_PIXELS = 40_000_000;

/** Brands of the containers of phones' pictures, which most browsers do not decode. */
const HEIC_BRANDS = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"];

/** Rejects with an Error whose message is for a person. */
export async function decodePicture(file: Blob): Promise<ImageBitmap> {
  const options = { colorSpaceConversion: "none", premultiplyAlpha: "none" } as const;
  const bitmap = await createImageBitmap(file, options).catch(async () => {
    throw new Error(await refusalOf(file));
  });
  if (bitmap.width * bitmap.height > LARGEST_PIXELS)
    throw new Error(`This picture has more than ${LARGEST_PIXELS / 1e6} million pixels.`);
  return bitmap;
}

/** The sentence for a file that the browser does not decode. */
export async function refusalOf(file: Blob): Promise<string> {
  const bytes = await file
    .slice(0, 12)
    .arrayBuffer()
    .catch(() => new ArrayBuffer(0));
  const text = String.fromCharCode(...new Uint8Array(bytes));
  if (text.slice(4, 8) === "ftyp" && HEIC_BRANDS.includes(text.slice(8, 12)))
    return "Your browser does not read HEIC pictures. Export the picture as JPEG or PNG.";
  return "This file is not a picture that your browser can show. Try a png or jpeg.";
}
