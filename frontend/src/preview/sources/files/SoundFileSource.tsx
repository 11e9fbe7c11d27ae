// Sound from a file: one window of it, or, when it is longer, its windows one after another at the pace of time.
import { RotateCcw } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { conversionText, wavFormat } from "../../sound/conversion";
import { countOf, meanOfChannels, rateOf, toI16 } from "../../sound/samples";
import { hopOf } from "../../sound/window";
import { FilePick, type FileContent } from "./FilePick";
import { SoundView } from "../views/SoundView";
import type { SourceProps } from "../source";

interface Playing {
  readonly samples: Float32Array;
  /** Counts plays, so that the same file can be played again. */
  readonly turn: number;
}

export function SoundFileSource({ request, onInput }: SourceProps) {
  const [playing, setPlaying] = useState<Playing | null>(null);
  const newestWindow = useRef<Float32Array | null>(null);
  const [version, setVersion] = useState(0);
  const length = countOf(request);
  const rate = rateOf(request);

  useEffect(() => {
    if (playing === null) return undefined;
    const hop = hopOf(length, request.isStream);
    const isStream = playing.samples.length > length;
    let start = 0;
    const next = () => {
      const window = playing.samples.slice(start, start + length);
      newestWindow.current = window;
      setVersion((before) => before + 1);
      onInput(toI16(window), isStream);
      start += hop;
      if (start + length > playing.samples.length || document.hidden) clearInterval(timer);
    };
    const timer = setInterval(next, (hop / rate) * 1000);
    next();
    return () => {
      clearInterval(timer);
      // The next recording fills no window that this one began.
      if (request.isStream === true) onInput(null);
    };
  }, [playing, length, rate, request.isStream, onInput]);

  const read = async (file: File): Promise<FileContent> => {
    const bytes = await file.arrayBuffer();
    // Decoding takes the bytes away.
    const format = wavFormat(bytes);
    const buffer = await decode(bytes, rate);
    const samples = meanOfChannels(buffer);
    const missing = length - samples.length;
    const paddedSamples = new Float32Array(Math.max(samples.length, length));
    paddedSamples.set(samples);
    const notes = [
      conversionText(format, buffer.numberOfChannels, rate),
      missing > 0 ? `${(missing / rate).toFixed(2)} s of silence was added at the end` : null,
    ].filter((note) => note !== null);
    return {
      note: notes.length > 0 ? `${notes.join(". ")}.` : null,
      take: () => setPlaying((before) => ({ samples: paddedSamples, turn: (before?.turn ?? 0) + 1 })),
    };
  };

  const samples = useCallback(() => newestWindow.current, []);

  return (
    <>
      {playing !== null && <SoundView samples={samples} isLive={false} version={version} />}
      <div className="row wrap">
        <FilePick
          label="Choose a sound"
          accept="audio/*,.wav"
          endings={[".wav", ".mp3", ".ogg", ".flac", ".m4a"]}
          hint="wav, mp3 and what your browser plays"
          read={read}
        />
        {playing !== null && (
          <button
            type="button"
            className="button"
            onClick={() => setPlaying({ samples: playing.samples, turn: playing.turn + 1 })}
          >
            <RotateCcw aria-hidden="true" />
            Again
          </button>
        )}
      </div>
    </>
  );
}

/** Decoded at the rune's own rate, by the browser's resampler: a file of that rate keeps its samples as they are. */
async function decode(bytes: ArrayBuffer, rate: number): Promise<AudioBuffer> {
  try {
    return await new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes);
  } catch {
    throw new Error("This file is not a sound that your browser can read. Try a wav file.");
  }
}
