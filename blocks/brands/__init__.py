"""Tenants' brands: `branding/brand.json` and the assets beside it."""
