// A picture from a file, resized whole to the sides that the rune asks for, as the command line does.
import { useMemo, useState } from "react";
import { decodePicture } from "../../picture/decode";
import { pictureMaker } from "../../picture/maker";
import { pictureRequest } from "../../picture/pixels";
import { FilePick, type FileContent } from "./FilePick";
import { InputPicture } from "../views/InputPicture";
import type { SourceProps } from "../source";

export function PictureFileSource({ request, onInput }: SourceProps) {
  const picture = useMemo(() => pictureRequest(request), [request]);
  const [frame, setFrame] = useState<ArrayBuffer | null>(null);
  const read = async (file: File): Promise<FileContent> => {
    // Resized away from the page's own thread: a photograph takes a while.
    const bytes = await pictureMaker.make(await decodePicture(file), picture, "whole");
    const take = (): void => {
      setFrame(bytes);
      onInput(bytes);
    };
    return { note: null, take };
  };
  return (
    <>
      {frame !== null && (
        <div className="preview-picture">
          <InputPicture bytes={frame} picture={picture} />
        </div>
      )}
      <FilePick
        label="Choose a picture"
        accept="image/*"
        endings={[".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif"]}
        hint="png, jpeg and what your browser shows"
        read={read}
      />
    </>
  );
}
