"""The local stack of `article-images up`: server and UI, storage, worker; and stopping all of it."""
