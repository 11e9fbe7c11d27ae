// Makes takes of one hold: sounds are cut at each sound, and each picture is one.
import type { SensorContent } from "../../start/recordings/sensor-recorder";
import { piecesOf, RATE } from "../../start/recordings/files";
import { motionTake, pictureTake, soundTake, type Take } from "../recorders/take";

const EMPTY = "Nothing was recorded. Hold the button for as long as it lasts, then let go.";
const QUIET = "Too quiet: nothing was heard. Move closer, or make it louder, and hold again.";

/** Rejects with an Error whose message is for a person where there is nothing to keep. */
export async function takesOf(content: SensorContent, isBackground: boolean): Promise<readonly Take[]> {
  switch (content.kind) {
    case "sound": {
      if (content.samples.length === 0) throw new Error(EMPTY);
      const pieces = piecesOf(content.samples, isBackground);
      if (pieces.length === 0) throw new Error(QUIET);
      return pieces.map((piece) => soundTake(piece, RATE));
    }
    case "motion":
      if (content.rows.length === 0) throw new Error(EMPTY);
      return [motionTake(content.rows)];
    case "picture":
      if (content.pictures.length === 0) throw new Error(EMPTY);
      return Promise.all(content.pictures.map(async (picture) => pictureTake(await picture.arrayBuffer())));
  }
}
