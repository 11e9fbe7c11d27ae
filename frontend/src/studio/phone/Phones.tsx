// The phone beside the preview: its button, and where its dialog and what a paired phone says are shown.
import { Smartphone } from "lucide-react";
import { Suspense, useEffect, useMemo, useState, type ReactNode } from "react";
import { useStore } from "zustand";
import { lazyPart } from "../../look/boundary";
import type { PhoneLine } from "../../preview";
import { useStudio } from "../context/studio";
import type { Phones } from "./open-phones";

const PhoneDialog = lazyPart(() => import("./PhoneDialog"));
const PhonePane = lazyPart(() => import("./PhonePane"));

export interface PhoneParts {
  /** Opens the line to a phone that is a source of inputs. */
  readonly line: () => Promise<PhoneLine>;
  readonly button: ReactNode;
  readonly pane: ReactNode;
  readonly dialog: ReactNode;
}

export function usePhones(): PhoneParts {
  const { workspace, dialogs } = useStudio();
  const { client } = workspace;
  const request = useStore(dialogs.state, (each) => (each?.what === "phone" ? each : null));
  const isOpen = request !== null;
  const [phones, setPhones] = useState<Phones | null>(null);
  const open = useMemo(() => {
    let opening: Promise<Phones> | undefined;
    return () =>
      (opening ??= import("./open-phones").then(({ openPhones }) => {
        const openedPhones = openPhones(client, dialogs);
        setPhones(openedPhones);
        return openedPhones;
      }));
  }, [client, dialogs]);
  const line = useMemo(() => () => open().then((each) => each.line), [open]);
  useEffect(() => {
    if (isOpen) void open();
  }, [isOpen, open]);
  useEffect(() => phones?.pairing.close, [phones]);
  return {
    line,
    button: (
      <button
        type="button"
        className="button quiet square"
        aria-label="On your phone"
        title="On your phone"
        onClick={() => dialogs.open({ what: "phone" })}
      >
        <Smartphone className="icon" aria-hidden="true" />
      </button>
    ),
    pane: phones !== null && (
      <Suspense>
        <PhonePane pairing={phones.pairing} isAsking={isOpen} />
      </Suspense>
    ),
    dialog: phones !== null && isOpen && (
      <Suspense>
        <PhoneDialog
          client={client}
          pairing={phones.pairing}
          studioKey={request.studioKey ?? null}
          onClose={dialogs.close}
        />
      </Suspense>
    ),
  };
}
