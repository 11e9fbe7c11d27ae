// The toasts at the foot of the page, read aloud as they come.
import { X } from "lucide-react";
import { useStore } from "zustand";
import type { Toasts } from "../session/toasts/toasts";
import { InlineCode } from "../../look/code/InlineCode";

export function Toaster({ toasts }: { readonly toasts: Toasts }) {
  const shownToasts = useStore(toasts.state);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shownToasts.map((toast) => (
        <div className="toast" key={toast.id}>
          <span className="grow">
            <InlineCode>{toast.text}</InlineCode>
          </span>
          {toast.action !== undefined && (
            <button
              type="button"
              className="button"
              onClick={() => {
                toast.action?.run();
                toasts.dismiss(toast.id);
              }}
            >
              {toast.action.label}
            </button>
          )}
          <button type="button" className="button square" aria-label="Dismiss" onClick={() => toasts.dismiss(toast.id)}>
            <X aria-hidden="true" />
          </button>
        </div>
      ))}
    </div>
  );
}
