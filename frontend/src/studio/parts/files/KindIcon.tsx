// The sign of a file's kind, by the end of its name.
import { AudioLines, Box, Code, File, FileArchive, FileText, Image, Table, type LucideIcon } from "lucide-react";
import { extension } from "../../document/files/paths";

const ICONS: Readonly<Record<string, LucideIcon>> = {
  md: FileText,
  txt: FileText,
  py: Code,
  tflite: Box,
  onnx: Box,
  wav: AudioLines,
  mp3: AudioLines,
  csv: Table,
  zip: FileArchive,
  png: Image,
  jpg: Image,
  jpeg: Image,
  gif: Image,
  webp: Image,
};

export function FileIcon({ path }: { readonly path: string }) {
  const Icon = ICONS[extension(path)] ?? File;
  return <Icon className="icon" aria-hidden="true" />;
}
