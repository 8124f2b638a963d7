"""The names under which things are found again: objects and records in the bucket, locks and runs in Prefect."""
