"""Sources of a backlog's articles: files, objects in the bucket, feeds."""
