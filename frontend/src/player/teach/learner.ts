// The page's side of learning: the newest lesson is learned in the page worker; one that is overtaken is left out.
import type { Lesson } from "./learn";
import type { LessonAnswer, LessonQuestion } from "./worker";

const SCRIPT = `${import.meta.env.BASE_URL}learner.js`;

export class Learner {
  readonly #onAnswer: (answer: LessonAnswer) => void;
  #worker: Worker | null = null;
  #isBusy = false;
  #waiting: LessonQuestion | null = null;

  constructor(onAnswer: (answer: LessonAnswer) => void) {
    this.#onAnswer = onAnswer;
  }

  /** Learns a lesson as soon as the one before is learned. */
  learn(id: number, lesson: Lesson): void {
    const question = { id, lesson };
    if (this.#isBusy) this.#waiting = question;
    else this.#send(question);
  }

  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#isBusy = false;
    this.#waiting = null;
  }

  #send(question: LessonQuestion): void {
    this.#worker ??= this.#start();
    this.#isBusy = true;
    this.#worker.postMessage(question);
  }

  #start(): Worker {
    const worker = new Worker(SCRIPT);
    worker.onmessage = ({ data }: MessageEvent<LessonAnswer>) => {
      this.#isBusy = false;
      const next = this.#waiting;
      this.#waiting = null;
      if (next !== null) this.#send(next);
      else this.#onAnswer(data);
    };
    worker.onerror = () => {
      this.close();
      this.#onAnswer({ id: -1, problem: "Nothing can be learned here. Reload the page." });
    };
    return worker;
  }
}
