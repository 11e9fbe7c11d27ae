// Numbers as columns beside each other, on one scale.

const WIDTH = 320;
const HEIGHT = 48;

interface Props {
  /** Shares of the height, 0 to 1. */
  readonly shares: readonly number[];
  readonly label: string;
  /** The column that stands out; without it, all do. */
  readonly top?: number;
}

export function Columns({ shares, label, top }: Props) {
  const width = WIDTH / shares.length;
  return (
    <svg
      className="preview-histogram"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {shares.map((share, index) => {
        const tall = share === 0 ? 0 : Math.max(1, share * HEIGHT);
        const isRest = top !== undefined && index !== top;
        return (
          <rect
            key={index}
            className={isRest ? "rest" : undefined}
            x={index * width}
            y={HEIGHT - tall}
            width={width * 0.9}
            height={tall}
          />
        );
      })}
    </svg>
  );
}
