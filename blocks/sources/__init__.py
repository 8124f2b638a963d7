"""Where a backlog's articles come from: files, objects of the bucket, feeds."""
