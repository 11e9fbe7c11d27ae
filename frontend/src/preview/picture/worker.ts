// The page worker that makes pictures what a rune asks for: cropped, mirrored, resized by the exact arithmetic.
// Built as one script of its own, pictures.js: resizing a photograph takes longer than a page may be kept from answering.
import { bytesOfBitmap, type PictureAnswer, type PictureQuestion } from "./making";

onmessage = ({ data }: MessageEvent<PictureQuestion>) => {
  const { id, bitmap, request, fit, isMirrored } = data;
  let answer: PictureAnswer;
  try {
    answer = { id, bytes: bytesOfBitmap(bitmap, request, fit, isMirrored, new OffscreenCanvas(1, 1)) };
  } catch (error) {
    answer = { id, problem: error instanceof Error ? error.message : String(error) };
  } finally {
    bitmap.close();
  }
  postMessage(answer, { transfer: answer.bytes === undefined ? [] : [answer.bytes] });
};
