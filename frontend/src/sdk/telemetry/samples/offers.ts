// The requests of a deployment that the person of a page is asked, as its server gives them.
import { hex } from "../../fetch-rune";
import type { WindowCondition } from "./odd-windows";

/** A purpose, and what its person reads where they allow it, and where they do not. */
export interface Purpose {
  readonly purpose: string;
  readonly allowed: string;
  readonly refused: string;
  /** A purpose that the request does not ask for cannot be allowed. */
  readonly is_requested: boolean;
}

/** The terms in parts: the text for the purposes that a person allows is composed here and on the server alike. */
export interface OfferTerms {
  readonly who: string;
  readonly purposes: readonly Purpose[];
  readonly until: string;
  readonly promise: string;
}

export interface Offer {
  readonly id: string;
  /** Who asks for what. */
  readonly asks: string;
  readonly condition: WindowCondition;
  /** Windows that are taken of this page at most. */
  readonly most: number;
  /** Seconds since 1970. */
  readonly ends: number;
  readonly terms: OfferTerms;
}

export interface OpenRequests {
  readonly offers: readonly Offer[];
  readonly oddConfidence: number | null;
  /** The address at which all is taken back. */
  readonly takeBack: string;
}

interface OffersAnswer {
  readonly offers: readonly Offer[];
  readonly odd_confidence: number | null;
  readonly take_back: string;
}

/** The purposes that make a consent: one of them at least has to be allowed. */
const NEEDED: readonly string[] = ["tests", "training"];

/** Asks a server; "ended" where it asks nobody any more, and null where it cannot be asked now. */
export async function openRequests(url: string, digest: string): Promise<OpenRequests | "ended" | null> {
  try {
    const answer = await fetch(`${url}?rune=${encodeURIComponent(digest)}`, {
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
    });
    if ([401, 403, 404, 410].includes(answer.status)) return "ended";
    if (!answer.ok) return null;
    const { offers, odd_confidence: oddConfidence, take_back: takeBack } = (await answer.json()) as OffersAnswer;
    // Sounds that were sent are taken back from the server that they were sent to.
    if (new URL(takeBack).origin !== new URL(url).origin) return null;
    return { offers, oddConfidence, takeBack };
  } catch {
    return null;
  }
}

export function requestedPurposes({ purposes }: OfferTerms): string[] {
  return purposes.filter((each) => each.is_requested).map(({ purpose }) => purpose);
}

/** Whether these purposes make a consent. */
export function isEnough(purposes: readonly string[]): boolean {
  return purposes.some((purpose) => NEEDED.includes(purpose));
}

/** All that a person reads who allows these purposes. The server composes the same text. */
export function textOf({ who, purposes, until, promise }: OfferTerms, allowed: readonly string[]): string {
  const uses = purposes.map((each) => (allowed.includes(each.purpose) ? each.allowed : each.refused));
  return [who, ...uses, until, promise].filter((part) => part !== "").join(" ");
}

/** The digest of that text, by which a yes says what was read. */
export async function digestOf(text: string): Promise<string> {
  return `sha256:${hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))}`;
}
