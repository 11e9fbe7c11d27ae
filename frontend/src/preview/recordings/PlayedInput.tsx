// The input of a rune from a recording or an example, as people see it.
import { useCallback, useMemo } from "react";
import { recordingOf, type RecordingKind } from "../../runtime";
import { rowsOfBytes } from "../motion/motion";
import { pictureRequest } from "../picture/pixels";
import { SHOWN_ROWS } from "../sources/views/draw-rows";
import { InputPicture } from "../sources/views/InputPicture";
import { MotionView } from "../sources/views/MotionView";
import { rateOf } from "../sound/samples";
import { SoundView } from "../sources/views/SoundView";
import type { SourceProps } from "../sources/source";

/** How much of a recording is shown for a rune that makes windows itself: one input alone is too short to be seen. */
export function shownBytes(request: SourceProps["request"]): number {
  if (request.isStream !== true) return 0;
  return recordingOf(request) === "sound" ? 2 * rateOf(request) : 12 * SHOWN_ROWS;
}

/** Returns the last `bytes` bytes of `before` and `latest` together, and never less than `latest`. */
export function latestOf(before: ArrayBuffer | null, latest: ArrayBuffer, bytes: number): ArrayBuffer {
  if (before === null || bytes <= latest.byteLength) return latest;
  const all = new Uint8Array(before.byteLength + latest.byteLength);
  all.set(new Uint8Array(before));
  all.set(new Uint8Array(latest), before.byteLength);
  return all.slice(-bytes).buffer;
}

interface PlayedInputProps {
  readonly kind: RecordingKind;
  readonly request: SourceProps["request"];
  readonly input: ArrayBuffer | null;
}

/** The newest input that the recording gave, or the last ones of a stream. */
export function PlayedInput({ kind, request, input }: PlayedInputProps) {
  switch (kind) {
    case "sound":
      return <PlayedSound input={input} />;
    case "picture":
      return (
        <div className="preview-picture">
          <InputPicture bytes={input} picture={pictureRequest(request)} />
        </div>
      );
    case "motion":
      return <PlayedMotion input={input} />;
  }
}

function PlayedSound({ input }: { readonly input: ArrayBuffer | null }) {
  const samples = useCallback(
    () => (input === null ? null : Float32Array.from(new Int16Array(input), (value) => value / 32768)),
    [input],
  );
  return <SoundView samples={samples} isLive={false} version={0} />;
}

function PlayedMotion({ input }: { readonly input: ArrayBuffer | null }) {
  const rows = useMemo(() => (input === null ? [] : rowsOfBytes(input)), [input]);
  return <MotionView rows={rows} />;
}
