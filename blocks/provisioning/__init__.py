"""Provisioning of a Prefect API by `setup`: blocks, work pool, variables, automations, alerts."""
