"""The local stack of `article-images up`: server and UI, storage, worker; and the end of all of it."""
