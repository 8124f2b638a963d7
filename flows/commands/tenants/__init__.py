"""Commands on tenants."""
