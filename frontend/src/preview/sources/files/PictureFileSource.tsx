// A picture from a file, resized whole to the sides that the rune asks for, as the command line does.
import { useMemo, useState } from "react";
import { pictureMaker } from "../../picture/maker";
import { pictureRequest, type PictureRequest } from "../../picture/pixels";
import { FilePick } from "./FilePick";
import { Seen } from "../Seen";
import type { SourceProps } from "../source";

const LARGEST_PIXELS = 40_000_000;

export function PictureFileSource({ request, onInput }: SourceProps) {
  const picture = useMemo(() => pictureRequest(request), [request]);
  const [seen, setSeen] = useState<ArrayBuffer | null>(null);
  const onFile = async (file: File): Promise<string | null> => {
    const bytes = await bytesOf(file, picture);
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
      <FilePick
        label="Choose a picture"
        accept="image/*"
        endings={[".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif"]}
        hint="png, jpeg and what your browser shows"
        onFile={onFile}
      />
    </>
  );
}

/** Decoded and resized away from the page's own thread: a photograph takes a while. */
async function bytesOf(file: File, picture: PictureRequest): Promise<ArrayBuffer> {
  const options = { colorSpaceConversion: "none", premultiplyAlpha: "none" } as const;
  const bitmap = await createImageBitmap(file, options).catch(() => {
    throw new Error("This file is not a picture that your browser can show. Try a png or jpeg.");
  });
  if (bitmap.width * bitmap.height > LARGEST_PIXELS) throw new Error("This picture has more than 40 million pixels.");
  return pictureMaker.make(bitmap, picture, "whole");
}
