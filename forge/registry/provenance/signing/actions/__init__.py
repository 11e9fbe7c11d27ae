"""Actions that change keys and signatures: by people, the signer, and clients that push."""
