// The phone beside the preview: its button, its dialog, and what a paired phone says.
import type { ProjectState } from "../../api/schema";
import { Smartphone, X } from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useState, type ReactNode } from "react";
import { useStore } from "zustand";
import type { ProjectClient } from "../api/client";
import { StudioPairing } from "./pairing";
import { PhonePane } from "./PhonePane";

/** Fetched when the button is pressed for the first time. */
const PhoneDialog = lazy(() => import("./PhoneDialog"));

export interface PhonesProps {
  readonly client: ProjectClient;
  readonly session: Pick<ProjectState, "project" | "public_url" | "public_url_is_loopback" | "tags">;
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
}

export interface PhoneParts {
  readonly button: ReactNode;
  /** Null while no phone is paired. */
  readonly pane: ReactNode;
  readonly dialog: ReactNode;
}

export function usePhones({ client, session, isOpen, onOpen }: PhonesProps): PhoneParts {
  const [pairing] = useState(() => new StudioPairing(() => new WebSocket(client.phonesSocket(window.location))));
  const { isPaired, notice } = useStore(pairing.state);
  useEffect(() => pairing.close, [pairing]);
  const close = useCallback(() => onOpen(false), [onOpen]);
  return {
    button: (
      <button
        type="button"
        className="button quiet square"
        aria-label="On your phone"
        title="On your phone"
        onClick={() => onOpen(true)}
      >
        <Smartphone className="icon" aria-hidden="true" />
      </button>
    ),
    pane: isPaired ? (
      <PhonePane pairing={pairing} />
    ) : (
      !isOpen &&
      notice !== null && (
        <div className="notice row between" role="status">
          <span>Your phone's results are no longer shown. {notice}</span>
          <button type="button" className="button quiet square" aria-label="Dismiss" onClick={pairing.dismiss}>
            <X className="icon" aria-hidden="true" />
          </button>
        </div>
      )
    ),
    dialog: isOpen && (
      <Suspense>
        <PhoneDialog client={client} session={session} pairing={pairing} onClose={close} />
      </Suspense>
    ),
  };
}
