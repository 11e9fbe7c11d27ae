// A recorded motion: a CSV of x, y and z. A rune that makes windows itself is given all rows at their pace, others the first ones.
import { useEffect, useState } from "react";
import { counted } from "../../../look/plural";
import { ROW_STEP } from "../../motion/motion";
import { chunksOf, windowOfFile } from "../../motion/file";
import { FilePick, type FileContent } from "./FilePick";
import type { SourceProps } from "../source";

export function MotionFileSource({ request, onInput }: SourceProps) {
  const count = Math.max(1, Math.floor(request.size / 12));
  const [chunks, setChunks] = useState<readonly ArrayBuffer[]>([]);
  useEffect(() => {
    if (chunks.length === 0) return undefined;
    let index = 0;
    const next = (): void => {
      const chunk = chunks[index];
      index += 1;
      if (chunk === undefined) clearInterval(timer);
      else onInput(chunk, chunks.length > 1);
    };
    const timer = setInterval(next, count * ROW_STEP);
    next();
    return () => {
      clearInterval(timer);
      // The next recording fills no window that this one began.
      if (request.isStream === true) onInput(null);
    };
  }, [chunks, count, onInput, request]);
  const read = async (file: File): Promise<FileContent> => {
    const text = await file.text();
    const next = request.isStream === true ? chunksOf(text, count) : [windowOfFile(text, count)];
    return { note: null, take: () => setChunks(next) };
  };
  return (
    <FilePick
      label="Choose a recording"
      accept=".csv,text/csv"
      endings={[".csv"]}
      hint={
        request.isStream === true
          ? "CSV of x, y and z, 50 rows a second"
          : `CSV of ${counted(count, "row")}: x, y and z`
      }
      read={read}
    />
  );
}
