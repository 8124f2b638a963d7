"""The note on pictures that the offline painter makes, since their vendors are not configured."""

from rich.console import Console


def print_painted_note(console: Console, *, makes: str = "made them", wish: str = "real ones") -> None:
    """Say that pictures are painted, and how to have `wish`. `makes`: what the painter did, or would do."""
    console.print(
        "[bold yellow]Painted offline.[/] No key for the providers of these pictures is configured, so the"
        f" built-in painter {makes}.\nSet REPLICATE_API_TOKEN and CHUTES_API_KEY for {wish}: docs/variables.md",
        soft_wrap=True,
    )
