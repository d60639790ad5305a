"""`vodplan schema`: a JSON Schema, or the names of all."""

from __future__ import annotations

from typing import cast

from vodplan import api
from vodplan.commands.context import Context
from vodplan.commands.options import SchemaOptions
from vodplan.core.values import Json
from vodplan.render.results import Data, Listing

ABOUT = {
    "manifest": "a manifest: what the library shall be",
    "project": "vodplan.yaml: targets, policy, limits",
    "plan": "a plan file, and what plan --format json prints",
    "drift": "what drift --format json prints",
    "edited": "what fmt, drift --accept and import --dry-run --format json print",
    "report": "what report --format json prints",
    "event": "a line on stderr with --log-format json",
}


def run(options: SchemaOptions, context: Context) -> int:
    """Print a schema; lists the names when none is given. See docs/commands.md."""
    if options.name is None:
        names = {name: ABOUT.get(name, "") for name in api.SCHEMAS}
        context.output.show(Listing(member="schemas", heading="Schemas: vodplan schema NAME", names=names))
    else:
        context.output.show(Data(document=cast("Json", api.schema(options.name))))
    return 0
