// A recorded motion: a CSV of x, y and z.
import { counted } from "../../look/counted";
import { parseRows, rowsToBytes } from "../motion";
import { FilePick } from "./FilePick";
import type { SourceProps } from "./source";

export function MotionFileSource({ request, onInput }: SourceProps) {
  const count = Math.max(1, Math.floor(request.size / 12));
  const onFile = async (file: File): Promise<string | null> => {
    const rows = parseRows(await file.text());
    if (rows.length === 0) throw new Error(`${file.name} holds no rows.`);
    onInput(rowsToBytes(rows.slice(0, count), count));
    return rows.length < count ? `It has ${rows.length} of ${counted(count, "row")}; the first was repeated.` : null;
  };
  return <FilePick label="Choose a recording" accept=".csv,text/csv" endings={[".csv"]} hint={`CSV of ${counted(count, "row")}: x, y and z`} onFile={onFile} />;
}
