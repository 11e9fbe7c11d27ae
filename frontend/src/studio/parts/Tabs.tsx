// A row of tabs: the arrow keys choose, Delete closes. The cross is for pointers alone: a list of tabs holds only tabs.
import { X } from "lucide-react";
import type { KeyboardEvent, ReactNode } from "react";

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly title?: string;
  /** Said behind the label, each in its colour. */
  readonly marks?: readonly { readonly tone: string; readonly text: string }[];
  readonly closable?: boolean;
}

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly active: string;
  readonly controls: string;
  readonly onChoose: (id: string) => void;
  readonly onClose?: (id: string) => void;
  readonly children?: ReactNode;
}

export function Tabs({ label, tabs, active, controls, onChoose, onClose, children }: TabsProps) {
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const here = tabs.findIndex((tab) => tab.id === active);
    if (event.key === "Delete" && tabs[here]?.closable === true) onClose?.(active);
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = tabs[(here + step + tabs.length) % tabs.length];
    if (step === 0 || next === undefined) return;
    onChoose(next.id);
    event.currentTarget.querySelector<HTMLElement>(`[data-tab="${CSS.escape(next.id)}"]`)?.focus();
    event.preventDefault();
  };
  return (
    <div className="tabs">
      <div className="tab-row" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <span key={tab.id} className={tab.id === active ? "tab on" : "tab"} role="presentation">
            <button
              type="button"
              role="tab"
              data-tab={tab.id}
              aria-selected={tab.id === active}
              aria-controls={controls}
              tabIndex={tab.id === active ? 0 : -1}
              aria-keyshortcuts={tab.closable === true ? "Delete" : undefined}
              title={tab.title}
              onClick={() => onChoose(tab.id)}
              onAuxClick={(event) => event.button === 1 && tab.closable === true && onClose?.(tab.id)}
            >
              {tab.label}
              {tab.marks?.map(({ tone, text }) => (
                <small key={tone} className={`${tone} num`}>
                  {` ${text}`}
                </small>
              ))}
            </button>
            {tab.closable === true && (
              <button
                type="button"
                className="tab-close"
                aria-hidden="true"
                tabIndex={-1}
                title={`Close ${tab.label}`}
                onClick={() => onClose?.(tab.id)}
              >
                <X aria-hidden="true" />
              </button>
            )}
          </span>
        ))}
      </div>
      {children}
    </div>
  );
}
