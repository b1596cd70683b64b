"""Clerk: somebody else who says who people are. Addresses, calls, tokens and signatures; none of our verbs."""
