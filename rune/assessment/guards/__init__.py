"""The guards of a rollout: limits on how devices behave with a new rune, judged by device. Pure."""
