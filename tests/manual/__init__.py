"""The manual (README, docs) held against the product: links, commands, tables and schemas."""
