"""Usage of tenants: calendar months, prices of storage, and the report on images, bytes and spend."""
