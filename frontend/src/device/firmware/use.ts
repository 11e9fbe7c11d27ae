// The rune that a board is to run, with its firmware. Of a text that changes, the firmware that is there goes on until that of
// the new text is made.
import { useEffect, useState } from "react";
import { fetchFirmware } from "./fetch";
import type { Firmware } from "./file";

/** A rune that may run on a board. The same object while it is the same rune. */
export interface BoardSource {
  /** Tells it from every other rune. */
  readonly key: string;
  /** Where the server tells of its firmware. */
  readonly address: string;
  /** The CSRF token of a request to make it. */
  readonly token: () => string;
  /** The rune for the page. */
  readonly read: () => Promise<ArrayBuffer>;
}

/** A rune and the firmware that was built of it. */
export interface BuiltFirmware {
  readonly key: string;
  readonly rune: ArrayBuffer;
  readonly firmware: Firmware;
}

interface FirmwareResult {
  readonly firmware: BuiltFirmware | null;
  /** Why there is no firmware of the wanted rune, for a person. */
  readonly problem: string | null;
  readonly isFetching: boolean;
}

/** Milliseconds that a text rests before firmware is made of it, where there is some of an older one already. */
const SETTLE = 1500;

/** The firmware for the wanted rune, which may be of an older text. Another `turn` tries again after a failure. */
export function useFirmware(source: BoardSource | null, turn: number): FirmwareResult {
  const [current, setFirmware] = useState<BuiltFirmware | null>(null);
  const [failure, setFailure] = useState<{ readonly attempt: string; readonly reason: string } | null>(null);
  const attempt = `${turn} ${source?.key ?? ""}`;
  const problem = failure !== null && failure.attempt === attempt ? failure.reason : null;
  const isFetching = source !== null && current?.key !== source.key && problem === null;
  const wait = current === null ? 0 : SETTLE;
  useEffect(() => {
    if (!isFetching || source === null) return undefined;
    const leaving = new AbortController();
    const fetchBoth = async (): Promise<void> => {
      try {
        const firmware = await fetchFirmware(source.address, source.token, leaving.signal);
        const rune = await source.read();
        if (!leaving.signal.aborted) setFirmware({ key: source.key, rune, firmware });
      } catch (error) {
        if (!leaving.signal.aborted)
          setFailure({ attempt, reason: error instanceof Error ? error.message : String(error) });
      }
    };
    const timer = setTimeout(() => void fetchBoth(), wait);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [source, isFetching, attempt, wait]);
  return { firmware: current, problem, isFetching };
}
