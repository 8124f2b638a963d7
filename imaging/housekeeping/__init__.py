"""Housekeeping of buckets: their rules on old versions, unfinished uploads and CORS, and the report on them."""
