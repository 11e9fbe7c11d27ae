// An example as a small picture: its wave, its picture or its three lines. It is read while the page rests.
import { useEffect, useRef } from "react";
import type { CapabilityRequest } from "../../runtime";
import { drawContent } from "./draw-content";
import type { Example } from "./examples";

interface Props {
  readonly request: CapabilityRequest;
  readonly example: Example;
}

const [WIDTH, HEIGHT] = [144, 56];

export default function Thumbnail({ request, example }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let isWanted = true;
    const draw = (): void => {
      example.read().then(
        (content) => {
          if (isWanted && canvas.current !== null) drawContent(canvas.current, content, request);
        },
        // The player says why a file cannot be read; its tile stays without a picture.
        () => undefined,
      );
    };
    const stop = whenIdle(draw);
    return () => {
      isWanted = false;
      stop();
    };
  }, [example, request]);
  return <canvas ref={canvas} width={WIDTH} height={HEIGHT} />;
}

function whenIdle(work: () => void): () => void {
  if (typeof requestIdleCallback === "function") {
    const handle = requestIdleCallback(work);
    return () => cancelIdleCallback(handle);
  }
  const timer = setTimeout(work);
  return () => clearTimeout(timer);
}
