"""A phone in a browser."""

from __future__ import annotations

SMALL = {"width": 360, "height": 740}


RUNE_IS_CACHED = """async () => {
  const requests = await (await caches.open("player-kept")).keys();
  return requests.some(({ url }) => url.includes("/runes/"));
}"""
