"""Requests for samples as a device gets them."""

from __future__ import annotations

from hmrd.protocol.samples import OfferTerms, PurposeSentences, SampleOffer, WindowCondition

REQUEST = "0d3f2c1e-aaaa-4222-8333-444455556666"
RUNE = f"sha256:{'5e' * 32}"
TERMS = OfferTerms(
    "All of Acme hear it.",
    (
        PurposeSentences("tests", "It is tested on.", "", True),
        PurposeSentences("training", "Models learn from it.", "", True),
        PurposeSentences("readers", "It is shown.", "It is not shown.", False),
    ),
    "Until I say so.",
    "I may.",
)
OFFER = SampleOffer(REQUEST, "Mika of Acme asks for knocks.", RUNE, WindowCondition(label=2), 3, 2_000_000_000, TERMS)
"""A request that ends in 2033, for what `tests.support.watch.LAYOUT` calls knock."""
