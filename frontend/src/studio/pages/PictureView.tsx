// A picture of the project, as it fits or pixel for pixel.
import { useState } from "react";

interface PictureViewProps {
  readonly address: string;
  readonly path: string;
}

const ZOOMS = [
  { id: 0, label: "Fit" },
  { id: 1, label: "1×" },
  { id: 4, label: "4×" },
  { id: 8, label: "8×" },
] as const;

export function PictureView({ address, path }: PictureViewProps) {
  const [zoom, setZoom] = useState<number>(0);
  const [size, setSize] = useState<
    { readonly of: string; readonly width: number; readonly height: number } | "broken" | null
  >(null);
  if (size === "broken")
    return (
      <p className="notice bad">
        This browser cannot show the picture. The file may be damaged, or of a format that browsers do not support.
      </p>
    );
  const knownSize = size !== null && size.of === address ? size : null;
  return (
    <div className="stack">
      <div className="row wrap">
        <span className="segmented" role="group" aria-label="Zoom">
          {ZOOMS.map(({ id, label }) => (
            <button key={id} type="button" aria-pressed={zoom === id} onClick={() => setZoom(id)}>
              {label}
            </button>
          ))}
        </span>
        {knownSize !== null && (
          <span className="small muted num">
            {knownSize.width} × {knownSize.height} pixels
          </span>
        )}
      </div>
      <div
        className={zoom === 0 ? "" : "scroll"}
        tabIndex={zoom === 0 ? undefined : 0}
        role={zoom === 0 ? undefined : "region"}
        aria-label={zoom === 0 ? undefined : `${path}, enlarged`}
      >
        <img
          className={zoom === 0 ? "picture" : "picture whole"}
          src={address}
          alt={`What ${path} shows`}
          width={zoom === 0 || knownSize === null ? undefined : knownSize.width * zoom}
          onLoad={(event) =>
            setSize({ of: address, width: event.currentTarget.naturalWidth, height: event.currentTarget.naturalHeight })
          }
          onError={() => setSize("broken")}
        />
      </div>
    </div>
  );
}
