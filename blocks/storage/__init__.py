"""Where pictures are stored: the bucket, the embedded server in its place, the spool on this machine."""
