// A file that is neither text nor model: shown when it is a picture, played when it is a sound, run when it is a rune,
// else described.
import { Suspense } from "react";
import { lazyPart } from "../../look/boundary";
import type { FileEntry } from "../document/files/files";
import { baseName, extension } from "../document/files/paths";
import { sizeText } from "../../look/quantities";
import { PictureView } from "./PictureView";
import { SoundPlayer } from "./SoundPlayer";
import "../styles/pages.css";

interface BinaryPageProps {
  readonly file: FileEntry;
  readonly address: string;
}

const RunePage = lazyPart(() => import("./RunePage"));

const PICTURES = new Set(["png", "jpg", "jpeg", "gif", "webp", "bmp"]);
const SOUNDS = new Set(["wav", "mp3", "ogg", "flac"]);

export default function BinaryPage({ file, address }: BinaryPageProps) {
  const end = extension(file.path);
  // The digest makes a replaced file another address, so that no older picture is shown for it.
  const versionedAddress = `${address}?digest=${encodeURIComponent(file.digest)}`;
  return (
    <div className="file-page stack" tabIndex={0}>
      <h1>{baseName(file.path)}</h1>
      {PICTURES.has(end) && <PictureView address={versionedAddress} path={file.path} />}
      {SOUNDS.has(end) && <SoundPlayer address={versionedAddress} path={file.path} />}
      {end === "rune" && (
        <Suspense fallback={<p className="muted">Opening…</p>}>
          <RunePage key={versionedAddress} name={baseName(file.path)} read={() => fetchBytes(versionedAddress)} />
        </Suspense>
      )}
      <dl className="facts card num">
        <dt>Path</dt>
        <dd>{file.path}</dd>
        <dt>Size</dt>
        <dd>{file.size === null ? "unknown" : sizeText(file.size)}</dd>
        <dt>Digest</dt>
        <dd className="mono">{file.digest}</dd>
      </dl>
      <p>
        <a className="button" href={address} download={baseName(file.path)}>
          Download
        </a>
      </p>
    </div>
  );
}

async function fetchBytes(address: string): Promise<ArrayBuffer> {
  const response = await fetch(address).catch(() => null);
  if (response?.ok !== true) throw new Error("The file could not be loaded. Check the connection and open it again.");
  return response.arrayBuffer();
}
