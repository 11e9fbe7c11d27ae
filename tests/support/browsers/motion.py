"""Motion of a phone, as its browser tells a page of it."""

from __future__ import annotations

GIVE_EVENTS = """async (rows) => {
  for (const [x, y, z] of rows) {
    dispatchEvent(new DeviceMotionEvent("devicemotion", { accelerationIncludingGravity: { x, y, z } }));
    await new Promise((done) => setTimeout(done, 16));
  }
}"""
