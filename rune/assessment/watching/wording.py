"""The contents of `rune.watch` in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rune.source.runefile.watch.file import WATCH_FILE, WatchedSamples
from rune.wording import counted, plain


def result_lines(samples: WatchedSamples, edge_samples: int, *, of_training: bool) -> Iterator[str]:
    """Yields lines: where the edges come from, each group of bins, and the reference. `edge_samples` gave the edges;
    `of_training` says whether those are the training samples alone."""
    layout, reference = samples.layout, samples.reference
    origin = "the training samples" if of_training else "all samples, as none is for training"
    yield f"Wrote {WATCH_FILE}: edges from {counted(edge_samples, 'sample')} ({origin})"
    if layout.labels is not None:
        yield f"  {counted(len(layout.labels.names), 'bin')} of labels"
    if layout.confidence is not None:
        yield f"  confidence: {_edges([100 * share for share in layout.confidence.shares], ' %')}"
    for feature in layout.features:
        yield f"  {plain(feature.name)}: {_edges(feature.edges, '')}"
    if reference is None:
        yield "No reference: none of the test samples could be run"
        return
    runs = counted(reference.answers, "answer")
    right = "" if samples.right is None else f", {samples.right:,} of them right"
    yield f"Reference: {runs} on {counted(samples.counted, 'test sample')}{right}"


def _edges(edges: Sequence[float], unit: str) -> str:
    if not edges:
        return "1 bin, as all samples have the same number"
    return f"{counted(len(edges) + 1, 'bin')}, edges from {edges[0]:.4g}{unit} to {edges[-1]:.4g}{unit}"
