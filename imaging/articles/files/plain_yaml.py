"""A YAML loader for front matter: strings, lists and mappings, without anything that expands to gigabytes."""

import re
from collections.abc import Hashable
from typing import Any

import yaml

_MAX_DEPTH = 20


class Refused(yaml.MarkedYAMLError):
    """Raised for valid YAML that front matter may not use; the problem is worded for users."""

    def __init__(self, problem: str, mark: yaml.Mark) -> None:
        super().__init__(problem=problem, problem_mark=mark)


class PlainYAML(yaml.SafeLoader):
    """Loads every scalar but null as a string: YAML 1.1 would read `0311` (201, octal) and `12:30:45` as numbers, `no`
    as a boolean and `2026-01-01` as a date. Refuses anchors, aliases, tags, duplicate names and deep nesting.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 - as the base class has it
        word[:1]: [("tag:yaml.org,2002:null", re.compile(word + "$"))] for word in ("", "~", "null")
    }
    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or event.anchor or getattr(event, "tag", None):
            words = "has an anchor, an alias or a tag (&, *, !), which is not read here: put the whole value in quotes"
            raise Refused(words, event.start_mark)
        if self._depth > _MAX_DEPTH:
            raise Refused("is nested too deeply: write `field: value` lines", event.start_mark)
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        names = set()
        for name, _ in node.value:
            if name.value in names and isinstance(name.value, str):
                raise Refused("has a name that is there twice: keep one of them", name.start_mark)
            if isinstance(name.value, str):
                names.add(name.value)
        return super().construct_mapping(node, deep)
