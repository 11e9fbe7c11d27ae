"""Close codes of sockets. A stock client does not reconnect after 4400 to 4499, but after all others."""


class Closing:
    """Close codes. Each is sent with a sentence for the person."""

    MALFORMED = 4400
    SIGNED_OUT = 4401
    NO_ACCESS = 4403
    NOT_FOUND = 4404
    TOO_LARGE = 4413
    TOO_MANY = 4430
    TRY_AGAIN = 4500
    TOO_SLOW = 4508
    TOO_FAST = 4509
