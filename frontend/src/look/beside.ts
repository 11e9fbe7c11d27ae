// A modal dialog closes by a press beside it. A selection that is drawn out of a field, and a press of the dialog's own
// padding, end at the dialog too, and do not close it.

type Point = Pick<MouseEvent, "clientX" | "clientY">;
type Box = Pick<DOMRect, "left" | "right" | "top" | "bottom">;

export function isBeside({ clientX, clientY }: Point, { left, right, top, bottom }: Box): boolean {
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}

/** Listens until `signal` ends it. */
export function closesBeside(dialog: HTMLDialogElement, close: () => void, signal?: AbortSignal): void {
  let isBegunBeside = false;
  const beside = (event: MouseEvent): boolean =>
    event.target === dialog && isBeside(event, dialog.getBoundingClientRect());
  const options = signal === undefined ? {} : { signal };
  dialog.addEventListener("pointerdown", (event) => (isBegunBeside = beside(event)), options);
  dialog.addEventListener(
    "click",
    (event) => {
      if (isBegunBeside && beside(event)) close();
      isBegunBeside = false;
    },
    options,
  );
}
