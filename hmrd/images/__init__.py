"""Images that update clients of other projects install: a rune with a description, signed with the owner's key."""
