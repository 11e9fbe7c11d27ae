// The first bytes of any file.
import { sizeText } from "../numbers";
import { FilePick } from "./FilePick";
import type { SourceProps } from "./source";

export function BytesFileSource({ request, onInput }: SourceProps) {
  const onFile = async (file: File): Promise<string | null> => {
    if (file.size < request.size) throw new Error(`Requested ${request.size} bytes but only ${file.size} were provided.`);
    onInput(await file.slice(0, request.size).arrayBuffer());
    return null;
  };
  return <FilePick label="Choose a file" accept="" endings={[]} hint={`Its first ${sizeText(request.size)} are read`} onFile={onFile} />;
}
