// A recorded motion: a CSV of x, y and z.
import { counted } from "../../look/counted";
import { windowOfFile } from "../motion";
import { FilePick } from "./FilePick";
import type { SourceProps } from "./source";

export function MotionFileSource({ request, onInput }: SourceProps) {
  const count = Math.max(1, Math.floor(request.size / 12));
  const onFile = async (file: File): Promise<string | null> => {
    onInput(windowOfFile(await file.text(), count));
    return null;
  };
  return (
    <FilePick
      label="Choose a recording"
      accept=".csv,text/csv"
      endings={[".csv"]}
      hint={`CSV of ${counted(count, "row")}: x, y and z`}
      onFile={onFile}
    />
  );
}
