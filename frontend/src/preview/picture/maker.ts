// The page's side of making pictures: asks the page worker, one picture at a time for each who asks.
import { bytesOfBitmap, type Fit, type PictureAnswer, type PictureQuestion } from "./making";
import type { PictureRequest } from "./pixels";

const SCRIPT = `${import.meta.env.BASE_URL}pictures.js`;

interface Waiting {
  readonly resolve: (bytes: ArrayBuffer) => void;
  readonly reject: (error: Error) => void;
}

/** Started at the first picture; kept for the page. */
class PictureMaker {
  #worker: Worker | null = null;
  #lastId = 0;
  readonly #waiting = new Map<number, Waiting>();

  /** Takes the bitmap over. Rejects with an Error whose message is for a person. */
  make(bitmap: ImageBitmap, request: PictureRequest, fit: Fit, isMirrored = false): Promise<ArrayBuffer> {
    if (typeof OffscreenCanvas === "undefined") {
      const bytes = bytesOfBitmap(bitmap, request, fit, isMirrored, document.createElement("canvas"));
      bitmap.close();
      return Promise.resolve(bytes);
    }
    const worker = this.#start();
    this.#lastId += 1;
    const question: PictureQuestion = { id: this.#lastId, bitmap, request, fit, isMirrored };
    return new Promise((resolve, reject) => {
      this.#waiting.set(question.id, { resolve, reject });
      worker.postMessage(question, [bitmap]);
    });
  }

  #start(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(SCRIPT);
    worker.onmessage = ({ data }: MessageEvent<PictureAnswer>) => {
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.bytes !== undefined) waiting?.resolve(data.bytes);
      else waiting?.reject(new Error(data.problem ?? "The picture could not be made."));
    };
    worker.onerror = () => {
      this.#worker = null;
      for (const { reject } of this.#waiting.values())
        reject(new Error("Pictures cannot be made here. Reload the page."));
      this.#waiting.clear();
    };
    this.#worker = worker;
    return worker;
  }
}

export const pictureMaker = new PictureMaker();
