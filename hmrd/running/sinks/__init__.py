"""Where answers go. Each sink has a bounded queue of its own, so that none holds back the rune or another sink."""
