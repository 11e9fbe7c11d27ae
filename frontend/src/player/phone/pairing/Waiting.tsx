// Until the studio confirms the phone: that it connects, then the digits that both show.
import type { ReactNode } from "react";

interface Props {
  readonly phase: string;
  readonly digits: string | null;
  /** Where the digits are confirmed. */
  readonly children: ReactNode;
}

export function Waiting({ phase, digits, children }: Props) {
  if (phase === "opening") return <p role="status">Connecting…</p>;
  if (phase !== "waiting") return null;
  return (
    <>
      <p role="status">
        <span className="phone-digits num" aria-label={`Digits ${[...(digits ?? "")].join(" ")}`}>
          {digits}
        </span>
      </p>
      <p>{children}</p>
    </>
  );
}
