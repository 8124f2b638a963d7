"""Storage of pictures: the bucket, the embedded S3 server in its place, and the spool on this machine."""
