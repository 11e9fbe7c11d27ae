"""Known vulnerabilities of what a published rune was made with, by a list of advisories that the operator downloads."""
