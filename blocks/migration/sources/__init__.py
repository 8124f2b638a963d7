"""Sources of old addresses: documents, tables, exports of content systems, manifests in the bucket."""
