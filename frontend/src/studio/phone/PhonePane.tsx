// What the person's own phone says, live, above what runs here.
import { Smartphone, Unplug } from "lucide-react";
import { useStore } from "zustand";
import { Mirror } from "../../preview";
import type { StudioPairing } from "./pairing";

export function PhonePane({ pairing }: { readonly pairing: StudioPairing }) {
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
