// The picture as the rune sees it: its few pixels, made large.
import { useEffect, useRef } from "react";
import type { PictureRequest } from "../../picture/pixels";
import { drawInputPicture } from "../../picture/rgba";

interface Props {
  readonly bytes: ArrayBuffer | null;
  readonly picture: PictureRequest;
}

export function InputPicture({ bytes, picture }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current !== null && bytes !== null) drawInputPicture(canvas.current, bytes, picture);
  }, [bytes, picture]);
  return (
    <figure className="preview-input-picture">
      <canvas ref={canvas} width={picture.width} height={picture.height} aria-hidden="true" />
      <figcaption className="small muted">
        The rune sees {picture.width} × {picture.height} {picture.format === "gray" ? "grey" : "colour"} pixels
      </figcaption>
    </figure>
  );
}
