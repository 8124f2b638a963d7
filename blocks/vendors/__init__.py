"""Vendors of pictures and words: clients, the meaning of their answers, and when they may be called."""
