// The first bytes of any file.
import { counted } from "../../look/counted";
import { sizeText } from "../numbers";
import { FilePick } from "./FilePick";
import type { SourceProps } from "./source";

export function BytesFileSource({ request, onInput }: SourceProps) {
  const onFile = async (file: File): Promise<string | null> => {
    if (file.size < request.size) throw new Error(`${file.name} has ${counted(file.size, "byte")}, and the rune reads ${request.size.toLocaleString("en")}.`);
    onInput(await file.slice(0, request.size).arrayBuffer());
    return null;
  };
  return <FilePick label="Choose a file" accept="" endings={[]} hint={`Its first ${sizeText(request.size)} are read`} onFile={onFile} />;
}
