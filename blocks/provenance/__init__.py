"""Signing pictures, and verifying marks, hashes and signatures."""
