// The code by which one's phone records, and once it was scanned the digits that both screens show.
import { Check } from "lucide-react";
import { useStore } from "zustand";
import { counted } from "../../../look/plural";
import { isConnected, type PhoneLink } from "./phone-link";
import { InlineCode } from "../../../look/code/InlineCode";

interface Props {
  readonly link: PhoneLink;
  readonly label: string;
  /** The labels of the page, which the phone shows as tabs. */
  readonly labels: readonly string[];
}

export function PhoneCode({ link, label, labels }: Props) {
  const { code, phone, problem } = useStore(link.state);
  const renew = (
    <button type="button" className="button" onClick={() => void link.renew(label, labels)}>
      New code
    </button>
  );
  return (
    <div className="start-phone" role="group" aria-label={`Record ${label} with a phone`}>
      {problem !== null && (
        <p className="notice bad" role="alert">
          <InlineCode>{problem}</InlineCode>
        </p>
      )}
      {code === null ? (
        problem === null ? (
          <p className="muted" role="status">
            Making a code…
          </p>
        ) : (
          renew
        )
      ) : phone?.isOver === true ? (
        <div className="stack tight">
          <p role="status">This code no longer works, and no phone can record with it.</p>
          <div>{renew}</div>
        </div>
      ) : isConnected(phone) ? (
        <>
          <img src={code.picture} alt={`Code of the address ${code.url}`} className="start-code used" />
          <div className="stack tight">
            <p className="row wrap" role="status">
              <b className="start-digits num">{phone.digits}</b>
              <span className="tag ok">
                <Check aria-hidden="true" />
                {phone.browser === "" ? "Phone" : phone.browser} connected
              </span>
            </p>
            <p className="small muted">
              Both screens show these digits.{" "}
              {phone.sent === 0 ? "Nothing was sent yet." : `${counted(phone.sent, "recording")} came in.`} Choose{" "}
              {label} on the phone to record it.
            </p>
            <div className="row wrap">
              <button type="button" className="button" onClick={() => void link.end()}>
                Not your phone? Disconnect it
              </button>
              {renew}
            </div>
          </div>
        </>
      ) : (
        <>
          <img src={code.picture} alt={`Code of the address ${code.url}`} className="start-code" />
          <div className="stack tight">
            <p>
              Scan to record <b>{label}</b>. No app, no account.
            </p>
            <p className="small muted">
              One phone, within {code.minutes} minutes. Once it is connected, both screens show the same four digits.
            </p>
            <div>{renew}</div>
          </div>
        </>
      )}
    </div>
  );
}
