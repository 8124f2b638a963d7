"""Pure domain code: planning an article's pictures, drawing, and processing picture bytes. No Prefect, no network."""
