"""What changes keys and signatures: people, the signer, and clients that push."""
