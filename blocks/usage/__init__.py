"""Measuring what tenants store and spend: the bucket's LIST and the manifests in a database on disk."""
