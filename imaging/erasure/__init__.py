"""Erasing a tenant or one of its articles: what belongs to it, documents without it, and the report."""
