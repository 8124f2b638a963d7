"""The promises of docs/reliability.md put to the test from outside: `make faults` and `make crash`.

Both drive the console script in processes of its own, against vendors on a socket, a real S3 server behind a
proxy that can break, and a real Prefect server. What was paid for, paid twice, or lost is not asked of the product
but counted at the vendors and in the bucket.
"""
