// A part of a page that fails alone: the rest stays, and the part can be tried again.
import { Component, lazy, useState, type ComponentType, type ReactNode } from "react";

/** The code of a part did not arrive: there is no connection, or the server has a newer version of the page. */
export class PartNotLoaded extends Error {}

interface BoundaryProps {
  readonly children: ReactNode;
  /** Called before its children are drawn again. */
  readonly onRetry?: () => void;
}

interface BoundaryState {
  readonly error: Error | null;
  readonly retries: number;
}

/** Draws its children, and in their place a notice once they threw. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: null, retries: 0 };

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  readonly #retry = (): void => {
    this.props.onRetry?.();
    this.setState(({ retries }) => ({ error: null, retries: retries + 1 }));
  };

  override render(): ReactNode {
    const { error, retries } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className="notice warn row wrap lost-part" role="alert">
        <span>{lostText(error)}</span>
        <button type="button" className="button" onClick={this.#retry}>
          Try again
        </button>
        {retries > 0 && (
          <button type="button" className="button" onClick={() => location.reload()}>
            Reload the page
          </button>
        )}
      </div>
    );
  }
}

export function lostText(error: Error): string {
  return error instanceof PartNotLoaded
    ? "This part could not be loaded."
    : `This part stopped because of an error: ${error.message}`;
}

/**
 * As `lazy` of React, in a boundary of its own. Each retry fetches anew: React's own keeps the failure of the first
 * fetch.
 */
export function lazyPart<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
): ComponentType<Props> {
  const fetchPart = fetchedAnew(load);
  let current: ComponentType<Props> = lazy(fetchPart);
  return function Part(props: Props) {
    const [Content, show] = useState(() => current);
    const retry = (): void => {
      current = lazy(fetchPart);
      show(() => current);
    };
    return (
      <Boundary onRetry={retry}>
        <Content {...props} />
      </Boundary>
    );
  };
}

/** The same fetching, whose failure is distinguished from an error of the part. */
export function fetchedAnew<Part>(load: () => Promise<Part>): () => Promise<Part> {
  return () =>
    load().catch((error: unknown) => {
      throw new PartNotLoaded(String(error), { cause: error });
    });
}
