"""The benchmark: `make bench`. Peers and we do the same work in turn; nothing here is asserted.

`__main__` prints the table, `rows_*` are its rows, `stage` is where they are played (Prefect's server, bucket, vendors
on loopback), `contestants` runs each of us in a process of its own.
"""
