// The picture of the run that gave an answer.
import type { PictureRequest } from "../picture/pixels";

export interface ShownPicture {
  readonly bytes: ArrayBuffer;
  readonly picture: PictureRequest;
}
