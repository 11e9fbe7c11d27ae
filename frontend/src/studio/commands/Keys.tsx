// The keys of a command as caps.
import { isMac, keyCaps } from "../parts/keys";

export function Keys({ keys }: { readonly keys: string }) {
  return (
    <span className="keys">
      {keyCaps(keys, isMac(navigator.platform)).map((cap) => (
        <kbd key={cap}>{cap}</kbd>
      ))}
    </span>
  );
}
