// The answers of a rune that runs elsewhere, drawn as they would be here.
import { useMemo } from "react";
import { useStore } from "zustand";
import { millisecondsText } from "../readings/numbers";
import { OutputCard } from "../outputs/OutputCard";
import type { MirrorStore } from "./store";
import "../preview.css";

export function Mirror({ store }: { readonly store: MirrorStore }) {
  const { readings, milliseconds, calling } = useStore(store.state);
  const tensors = useMemo(() => readings.cards.map(({ tensor }) => tensor), [readings.cards]);
  return (
    <div className="preview">
      {readings.cards.length === 0 && (
        <p className="preview-waiting muted" role="status">
          Results appear here as soon as the phone has input.
        </p>
      )}
      {readings.cards.map((card) => (
        <OutputCard
          key={card.key}
          card={card}
          tensors={tensors}
          shownPicture={null}
          calling={calling}
          unit="window"
          onCalling={store.setCalling}
        />
      ))}
      {milliseconds !== null && (
        <p className="small muted num">Inference time on the phone: {millisecondsText(milliseconds)}</p>
      )}
    </div>
  );
}
