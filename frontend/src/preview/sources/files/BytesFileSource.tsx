// The first bytes of any file, with zeros behind a short one.
import { counted } from "../../../look/plural";
import { sizeText } from "../../readings/numbers";
import { FilePick, type FileContent } from "./FilePick";
import type { SourceProps } from "../source";

export function BytesFileSource({ request, onInput }: SourceProps) {
  const read = async (file: File): Promise<FileContent> => {
    const data = new Uint8Array(request.size);
    data.set(new Uint8Array(await file.slice(0, request.size).arrayBuffer()));
    const note =
      file.size < request.size
        ? `It has ${counted(file.size, "byte")} of ${request.size.toLocaleString("en")}; the rest is zero.`
        : null;
    return { note, take: () => onInput(data.buffer) };
  };
  return (
    <FilePick
      label="Choose a file"
      accept=""
      endings={[]}
      hint={`Its first ${sizeText(request.size)} are read`}
      read={read}
    />
  );
}
