// Opening the app on a phone: the code to scan, who can reach it, and the phones that ask to show their results here.
import type { PhoneLink } from "../../api/schema";
import { Check, RefreshCw, X } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { useStore } from "zustand";
import type { ProjectClient } from "../api/client";
import { countPhones, endPhones, phoneLink } from "../api/phones";
import { sentenceOf } from "../api/problem";
import { CopyField } from "../parts/dialog/CopyField";
import { Dialog } from "../parts/dialog/Dialog";
import { useSession } from "../context/studio";
import { pathOf, QUIET } from "./code";
import type { StudioPairing } from "./pairing";
import { InlineCode } from "../../look/code/InlineCode";

interface PhoneDialogProps {
  readonly client: ProjectClient;
  readonly pairing: StudioPairing;
  /** The public key that the code brings to a phone that is to be a sensor; null for one that runs the app. */
  readonly studioKey: string | null;
  readonly onClose: () => void;
}

type LinkState = { readonly link: PhoneLink } | { readonly problem: string } | null;

export default function PhoneDialog({ client, pairing, studioKey, onClose }: PhoneDialogProps) {
  const session = useSession((each) => each);
  const { requests, isPaired, notice } = useStore(pairing.state);
  const [linkState, setLinkState] = useState<LinkState>(null);
  const [isOver, setOver] = useState(false);
  const [phones, setPhones] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);

  const renew = useCallback(() => {
    phoneLink(client, studioKey).then(
      (link) => {
        setOver(false);
        setLinkState({ link });
      },
      (error: unknown) => setLinkState({ problem: sentenceOf(error) }),
    );
    countPhones(client).then(setPhones, () => undefined);
  }, [client, studioKey]);

  useEffect(renew, [renew]);
  const seconds = linkState !== null && "link" in linkState ? linkState.link.seconds : null;
  useEffect(() => {
    if (seconds === null) return undefined;
    const timer = setTimeout(() => setOver(true), seconds * 1000);
    return () => clearTimeout(timer);
  }, [seconds, linkState]);
  useEffect(() => {
    pairing.listen();
    return () => pairing.rest();
  }, [pairing]);
  // A paired phone shows its results in the preview, so the dialogue is no longer needed.
  useEffect(() => {
    if (isPaired) onClose();
  }, [isPaired, onClose]);

  const end = (): void => {
    endPhones(client).then(
      (count) => {
        setPhones(0);
        setProblem(`${count === 1 ? "One phone is" : `${count} phones are`} signed out of this project.`);
        renew();
      },
      (error: unknown) => setProblem(sentenceOf(error)),
    );
  };

  const link = linkState !== null && "link" in linkState ? linkState.link : null;
  return (
    <Dialog
      title={studioKey === null ? "On your phone" : "Your phone as the sensor"}
      onClose={onClose}
      className="phone-dialog"
    >
      {session.public_url_is_loopback && (
        <p className="notice warn">
          Only this computer can reach this server ({new URL(session.public_url).host}), so a phone cannot reach it.
          Stop it and start it with <code>make run-lan</code>, then scan the code here.
        </p>
      )}
      {requests.map((phone) => (
        <div key={phone.pairing} className="notice info stack" role="alert">
          <p>
            Your phone asks to {studioKey === null ? "show its results" : "be the sensor"} here. Compare its digits:{" "}
            <b className="phone-digits num">{phone.digits}</b>
          </p>
          <div className="row wrap">
            <button type="button" className="button primary" onClick={() => pairing.confirm(phone)}>
              <Check aria-hidden="true" />
              They match
            </button>
            <button type="button" className="button" onClick={() => pairing.refuse(phone)}>
              <X aria-hidden="true" />
              No
            </button>
          </div>
        </div>
      ))}
      {notice !== null && (
        <p className="notice warn" role="status">
          <InlineCode>{notice}</InlineCode>
        </p>
      )}
      {linkState !== null && "problem" in linkState && (
        <p className="notice bad" role="alert">
          <InlineCode>{linkState.problem}</InlineCode>
        </p>
      )}
      {link !== null && !isOver && (
        <>
          <Code rows={link.code} />
          <p>
            Scan it with your phone's camera. It lets one phone in as you, to this project's app alone, and works once
            within {Math.round(link.seconds / 60)} minutes.
            {studioKey !== null &&
              " Then press “Use this phone as a sensor” there. What it measures is encrypted up to this page: the server cannot read it."}
          </p>
          <CopyField label="Or open this on the phone" value={link.url} />
        </>
      )}
      {(isOver || (linkState !== null && "problem" in linkState)) && (
        <div className="stack">
          {isOver && <p>The code has expired. Show a new one when you have the phone at hand.</p>}
          <div className="row">
            <button type="button" className="button" onClick={renew}>
              <RefreshCw aria-hidden="true" />
              New code
            </button>
          </div>
        </div>
      )}
      {session.project.visibility === "public" && session.tags.length > 0 && (
        <CopyField
          label="For anyone, without an account: what is published"
          value={new URL(`/player${session.project.url}`, session.public_url).href}
        />
      )}
      {phones > 0 && (
        <div className="row between wrap">
          <span className="small muted">
            {phones === 1 ? "One phone has" : `${phones} phones have`} access in your name.
          </span>
          <button type="button" className="button" onClick={end}>
            End it
          </button>
        </div>
      )}
      {problem !== null && (
        <p className="small muted" role="status">
          {problem}
        </p>
      )}
    </Dialog>
  );
}

function Code({ rows }: { readonly rows: readonly string[] }) {
  const side = rows.length + 2 * QUIET;
  return (
    <svg
      className="phone-code"
      viewBox={`${-QUIET} ${-QUIET} ${side} ${side}`}
      role="img"
      aria-label="QR code with the link below"
    >
      <rect x={-QUIET} y={-QUIET} width={side} height={side} fill="#ffffff" />
      <path d={pathOf(rows)} fill="#000000" shapeRendering="crispEdges" />
    </svg>
  );
}
