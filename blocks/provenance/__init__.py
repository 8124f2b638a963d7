"""Signatures of pictures, made and verified."""
