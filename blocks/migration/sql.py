"""SQL of what is known of old addresses: the tables, and how news of an address replaces older news."""

TABLES = """
CREATE TABLE IF NOT EXISTS {schema}.links (
    digest BLOB PRIMARY KEY, user_id TEXT, status TEXT, new TEXT, key TEXT, why TEXT, cost REAL, part TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS {schema}.parts (user_id TEXT, name TEXT, PRIMARY KEY (user_id, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS {schema}.stored (digest BLOB PRIMARY KEY, user_id TEXT, image TEXT) WITHOUT ROWID;
"""
SEEN = """
CREATE TEMP TABLE seen (digest BLOB PRIMARY KEY, user_id TEXT, old TEXT, place TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS main.unwritten ON links (user_id) WHERE part IS NULL;
"""
# The better the news, the higher: parts of the journal are read in any order.
RANK = "CASE {}.status WHEN 'later' THEN 0 WHEN 'refused' THEN 1 WHEN 'dead' THEN 2 ELSE 3 END"
LEARNT = (
    " ON CONFLICT (digest) DO UPDATE SET status = excluded.status, new = excluded.new, key = excluded.key,"
    f" why = excluded.why, cost = excluded.cost, part = excluded.part WHERE {RANK.format('excluded')} >="
    f" {RANK.format('links')}"
)
