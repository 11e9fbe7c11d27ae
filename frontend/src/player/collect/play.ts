// Plays a recording that is kept on this phone; a later one stops the earlier one.
import type { OutgoingRecording } from "./sending/client";

let playing: HTMLAudioElement | null = null;

export function stopPlaying(): void {
  playing?.pause();
  playing = null;
}

export function playRecording({ bytes, type }: Pick<OutgoingRecording, "bytes" | "type">): void {
  stopPlaying();
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  const audio = new Audio(address);
  const forget = (): void => URL.revokeObjectURL(address);
  audio.addEventListener("ended", forget);
  audio.addEventListener("pause", forget);
  playing = audio;
  void audio.play().catch(forget);
}
