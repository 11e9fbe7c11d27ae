// A menu at a place of the page: of a row, by its button, by the right mouse button or by Shift+F10.
import { useEffect, useLayoutEffect, useRef, type KeyboardEvent } from "react";
import { DIVIDER, type MenuItem } from "./items";

interface MenuProps {
  readonly label: string;
  readonly items: readonly (MenuItem | typeof DIVIDER)[];
  readonly x: number;
  readonly y: number;
  readonly onClose: () => void;
}

const MARGIN = 8;

export default function Menu({ label, items, x, y, onClose }: MenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = menu.current;
    if (element === null) return;
    // Within the page, whatever corner it was asked for in.
    const { width, height } = element.getBoundingClientRect();
    element.style.left = `${Math.max(MARGIN, Math.min(x, window.innerWidth - width - MARGIN))}px`;
    element.style.top = `${Math.max(MARGIN, Math.min(y, window.innerHeight - height - MARGIN))}px`;
  }, [x, y]);
  useEffect(() => {
    const before = document.activeElement;
    menu.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    return () => {
      // Unless what was chosen has taken the focus, such as a dialog.
      if (
        before instanceof HTMLElement &&
        (document.activeElement === document.body || document.activeElement === null)
      )
        before.focus();
    };
  }, []);
  useEffect(() => {
    const onPointerDown = (event: PointerEvent): void => {
      if (!(event.target instanceof Node && menu.current?.contains(event.target) === true)) onClose();
    };
    document.addEventListener("pointerdown", onPointerDown, true);
    window.addEventListener("blur", onClose);
    return () => {
      document.removeEventListener("pointerdown", onPointerDown, true);
      window.removeEventListener("blur", onClose);
    };
  }, [onClose]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const rows = [...(menu.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const here = rows.findIndex((row) => row === document.activeElement);
    const to = (index: number): void => rows[(index + rows.length) % rows.length]?.focus();
    if (event.key === "ArrowDown") to(here + 1);
    else if (event.key === "ArrowUp") to(here - 1);
    else if (event.key === "Home") to(0);
    else if (event.key === "End") to(-1);
    else if (event.key === "Escape" || event.key === "Tab") onClose();
    else if (event.key.length === 1)
      to(
        Math.max(
          here,
          rows.findIndex(
            (row, index) => index > here && row.textContent?.toLowerCase().startsWith(event.key.toLowerCase()) === true,
          ),
        ),
      );
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={menu}
      className="menu"
      role="menu"
      aria-label={label}
      onKeyDown={onKeyDown}
      onContextMenu={(event) => event.preventDefault()}
    >
      {items.map((item, index) =>
        item === DIVIDER ? (
          <hr key={index} role="separator" />
        ) : (
          <button
            key={item.label}
            type="button"
            role="menuitem"
            tabIndex={-1}
            onClick={() => {
              onClose();
              item.run();
            }}
          >
            {item.Icon === undefined ? <span className="icon" /> : <item.Icon className="icon" aria-hidden="true" />}
            <span className="grow">{item.label}</span>
            {item.keys !== undefined && <small aria-hidden="true">{item.keys}</small>}
          </button>
        ),
      )}
    </div>
  );
}
