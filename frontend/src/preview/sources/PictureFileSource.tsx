// A picture from a file, resized whole to the sides that the rune asks for, as the command line does.
import { useMemo, useState } from "react";
import { pictureBytes, pictureRequest } from "../picture/pixels";
import { pixelsOf } from "../picture/rgba";
import type { Pixels } from "../picture/resize";
import { FilePick } from "./FilePick";
import { Seen } from "./Seen";
import type { SourceProps } from "./source";

const LARGEST_PIXELS = 40_000_000;

export function PictureFileSource({ request, onInput }: SourceProps) {
  const picture = useMemo(() => pictureRequest(request), [request]);
  const [seen, setSeen] = useState<ArrayBuffer | null>(null);
  const onFile = async (file: File): Promise<string | null> => {
    const bytes = pictureBytes(await decode(file), picture);
    setSeen(bytes);
    onInput(bytes);
    return null;
  };
  return (
    <>
      {seen !== null && (
        <div className="preview-picture">
          <Seen bytes={seen} picture={picture} />
        </div>
      )}
      <FilePick label="Choose a picture" accept="image/*" hint="png, jpeg and what your browser shows" onFile={onFile} />
    </>
  );
}

async function decode(file: File): Promise<Pixels> {
  const options = { colorSpaceConversion: "none", premultiplyAlpha: "none" } as const;
  const bitmap = await createImageBitmap(file, options).catch(() => {
    throw new Error("This file is not a picture that your browser can show. Try a png or jpeg.");
  });
  if (bitmap.width * bitmap.height > LARGEST_PIXELS) throw new Error("This picture has more than 40 million pixels.");
  const canvas = document.createElement("canvas");
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("2d", { willReadFrequently: true })?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return pixelsOf(canvas);
}
