// The clock of what the page says about times, such as "a minute ago".
import { useEffect, useState } from "react";

const CLOCK = 30_000;

/** The time in milliseconds, read again every half minute. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), CLOCK);
    return () => clearInterval(timer);
  }, []);
  return now;
}
