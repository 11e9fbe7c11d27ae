// The answers of the person's own phone, live, above the rune that runs here. Its measurements as a sensor are shown at
// the input that they feed.
import { Smartphone, Unplug, X } from "lucide-react";
import { useStore } from "zustand";
import { Mirror } from "../../preview";
import type { StudioPairing } from "./pairing";

interface Props {
  readonly pairing: StudioPairing;
  /** Whether the dialog that asks for a phone is open, which says itself why one ended. */
  readonly isAsking: boolean;
}

export default function PhonePane({ pairing, isAsking }: Props) {
  const { isPaired, isSensor, notice } = useStore(pairing.state);
  if (isSensor) return null;
  if (isPaired) return <Results pairing={pairing} />;
  if (isAsking || notice === null) return null;
  return (
    <div className="notice row between" role="status">
      <span>Your phone's results are no longer shown. {notice}</span>
      <button type="button" className="button quiet square" aria-label="Dismiss" onClick={pairing.dismiss}>
        <X className="icon" aria-hidden="true" />
      </button>
    </div>
  );
}

function Results({ pairing }: Pick<Props, "pairing">) {
  const { title } = useStore(pairing.mirror.state);
  return (
    <section className="stack phone-pane" aria-label="From your phone">
      <div className="row between wrap">
        <h2 className="row">
          <Smartphone className="icon" aria-hidden="true" />
          From your phone
          {title !== "" && <span className="tag">{title}</span>}
        </h2>
        <button type="button" className="button" onClick={pairing.unpair}>
          <Unplug aria-hidden="true" />
          Unpair
        </button>
      </div>
      <Mirror store={pairing.mirror} />
    </section>
  );
}
