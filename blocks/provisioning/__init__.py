"""What `setup` makes in a Prefect API: blocks, work pool, variables, automations, alerts."""
