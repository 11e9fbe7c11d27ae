// The foot of a dialog that asks: the way back, and the one thing that it is for.
interface DialogFootProps {
  readonly verb: string;
  readonly disabled: boolean;
  readonly onClose: () => void;
}

export function DialogFoot({ verb, disabled, onClose }: DialogFootProps) {
  return (
    <div className="row">
      <span className="grow" />
      <button type="button" className="button" onClick={onClose}>
        Cancel
      </button>
      <button type="submit" className="button primary" disabled={disabled}>
        {verb}
      </button>
    </div>
  );
}
