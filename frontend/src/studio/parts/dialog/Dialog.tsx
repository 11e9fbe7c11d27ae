// A modal dialog on the platform's own element, which keeps the focus in, closes on Escape and gives the focus back.
import { X } from "lucide-react";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { closesBeside } from "../../../look/beside";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly className?: string;
  readonly children: ReactNode;
}

export function Dialog({ title, onClose, className, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  useEffect(() => {
    const element = dialog.current;
    if (element !== null && !element.open) element.showModal();
    // The platform would focus the first control, which closes the dialog.
    const first = element?.querySelector<HTMLElement>("[data-first]");
    first?.focus();
    if (first instanceof HTMLInputElement) first.select();
    const listening = new AbortController();
    if (element !== null) closesBeside(element, () => close.current(), listening.signal);
    return () => {
      listening.abort();
      element?.close();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className={className}
      aria-labelledby={heading}
      onCancel={(event) => {
        if (event.target !== dialog.current) return;
        // At once: "close" comes later, when another dialog may have been asked for, which it would close.
        event.preventDefault();
        onClose();
      }}
      onClose={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div className="stack">
        <div className="row between">
          <h2 id={heading}>{title}</h2>
          <button type="button" className="button quiet square" aria-label="Close" onClick={onClose}>
            <X className="icon" aria-hidden="true" />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
