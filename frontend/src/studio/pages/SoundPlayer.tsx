// A sound of the project: its wave, its pitch over time, and a player.
import { useCallback, useEffect, useState } from "react";
import { meanOfChannels, SoundView } from "../../preview";

interface SoundPlayerProps {
  readonly address: string;
  readonly path: string;
}

interface DecodedSound {
  readonly of: string;
  readonly samples: Float32Array;
  readonly rate: number;
  readonly channels: number;
}

/** Decoding keeps the file's own rate where the browser lets it. */
async function decode(address: string, signal: AbortSignal): Promise<DecodedSound> {
  const response = await fetch(address, { signal });
  if (!response.ok) throw new Error("The file could not be read.");
  const bytes = await response.arrayBuffer();
  const header = new DataView(bytes);
  const isWave = bytes.byteLength > 44 && header.getUint32(0, false) === 0x52494646;
  const rate = isWave ? header.getUint32(24, true) : 48000;
  const context = new OfflineAudioContext(1, 1, Math.min(96000, Math.max(8000, rate)));
  const sound = await context.decodeAudioData(bytes);
  return { of: address, samples: meanOfChannels(sound), rate: sound.sampleRate, channels: sound.numberOfChannels };
}

export function SoundPlayer({ address, path }: SoundPlayerProps) {
  const [sound, setSound] = useState<DecodedSound | null>(null);
  const [failedAddress, setFailedAddress] = useState<string | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    decode(address, stop.signal).then(
      (decodedSound) => setSound(decodedSound),
      () => {
        if (!stop.signal.aborted) setFailedAddress(address);
      },
    );
    return () => stop.abort();
  }, [address]);
  const samples = useCallback(() => (sound !== null && sound.of === address ? sound.samples : null), [sound, address]);
  return (
    <div className="stack">
      <SoundView samples={samples} isLive={false} version={sound?.samples.length ?? 0} />
      {failedAddress === address && (
        <p className="notice bad">
          This browser cannot play the sound. The file may be damaged, or of a format that browsers do not support.
        </p>
      )}
      {sound !== null && sound.of === address && (
        <p className="small muted num">
          {(sound.samples.length / sound.rate).toFixed(2)} s, {sound.rate} Hz,{" "}
          {sound.channels === 1 ? "one channel" : `${sound.channels} channels`}
        </p>
      )}
      <audio controls src={address} aria-label={`Play ${path}`} />
    </div>
  );
}
