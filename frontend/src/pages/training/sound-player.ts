// Plays one sound of a page at a time.

export class SoundPlayer {
  #audio: HTMLAudioElement | null = null;
  #end: () => void = () => undefined;

  /** Plays a WAV file from its begin, in place of what plays; `end` is called when it is over or another one begins. */
  play(wav: Uint8Array<ArrayBuffer>, end: () => void): void {
    this.stop();
    const url = URL.createObjectURL(new Blob([wav], { type: "audio/wav" }));
    const audio = new Audio(url);
    this.#audio = audio;
    this.#end = () => {
      URL.revokeObjectURL(url);
      end();
    };
    audio.addEventListener("ended", () => this.stop());
    void audio.play().catch(() => {
      if (this.#audio === audio) this.stop();
    });
  }

  stop(): void {
    this.#audio?.pause();
    this.#audio = null;
    this.#end();
    this.#end = () => undefined;
  }
}
