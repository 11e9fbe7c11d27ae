// Whether the rune keeps up: how many windows a second it is given, how many it runs, how many were dropped.
import { millisecondsText, percentText } from "../readings/numbers";

export interface Pace {
  /** Inputs a second that a stream gave, over the last seconds; null while nothing streams. */
  readonly requestRate: number | null;
  readonly ran: number;
  /** Inputs of the last seconds that another replaced before the rune came to them. */
  readonly drops: number;
}

export const NO_PACE: Pace = { requestRate: null, ran: 0, drops: 0 };
const SPAN = 5000;

export class PaceMeter {
  #requests: number[] = [];
  #ran: number[] = [];
  #drops: number[] = [];

  countRequest(now: number): void {
    this.#requests = recent(this.#requests, now);
  }

  countRun(now: number): void {
    this.#ran = recent(this.#ran, now);
  }

  countDrop(now: number): void {
    this.#drops = recent(this.#drops, now);
  }

  read(now: number): Pace {
    const since = (times: readonly number[]) => times.filter((time) => time > now - SPAN);
    const requests = since(this.#requests);
    return { requestRate: rateOf(requests), ran: rateOf(since(this.#ran)) ?? 0, drops: since(this.#drops).length };
  }
}

function recent(times: readonly number[], now: number): number[] {
  return [...times.filter((time) => time > now - SPAN), now];
}

/** By the gaps between them, so that it is right from the third on. */
function rateOf(times: readonly number[]): number | null {
  const [first] = times;
  const last = times.at(-1);
  if (first === undefined || last === undefined || times.length < 3 || last <= first) return null;
  return ((times.length - 1) / (last - first)) * 1000;
}

/** `Under 1 % of the 250 ms between two inputs`; above all of it, `Too slow: inference takes 6.8 s, and inputs come every 133 ms`. */
export function shareText(milliseconds: number, room: number): string {
  const share = milliseconds / room;
  if (share > 1)
    return `Too slow: inference takes ${millisecondsText(milliseconds)}, and inputs come every ${millisecondsText(room)}`;
  return `${share < 0.01 ? "Under 1 %" : percentText(share)} of the ${millisecondsText(room)} between two inputs`;
}

/** `Under 1 % of the 250 ms between two inputs · 4.0 runs a second, none dropped`. */
export function paceText(pace: Pace, milliseconds: number | null): string | null {
  if (pace.requestRate === null || milliseconds === null) return null;
  const room = 1000 / pace.requestRate;
  const lost = pace.drops === 0 ? "none dropped" : `${pace.drops} dropped in 5 s`;
  return `${shareText(milliseconds, room)} · ${pace.ran.toFixed(1)} runs a second, ${lost}`;
}
