"""Every command there is, in the order of the help; cheap to import."""

from __future__ import annotations

from typing import Final

COMMANDS: Final = {
    "init": "start a repository: project file, manifests/, CI workflow, editor",
    "validate": "check manifests with no network and no credentials",
    "fmt": "rewrite manifests in the canonical layout, comments kept",
    "plan": "print what would change, and save it",
    "show": "print a saved plan again, in any format",
    "apply": "carry a plan out",
    "drift": "show what is live, managed and not as in the manifests",
    "select": "show what a selector of a rule finds",
    "history": "list runs and their results",
    "export": "write manifests from the live library",
    "import": "patch the manifests from a spreadsheet, and plan",
    "unmanaged": "count what is live and in no manifest",
    "report": "tell the state of the library, and write what puts it right",
    "undo": "make a plan that puts the old values back",
    "unlock": "remove a lock whose holder is gone",
    "schema": "print a JSON Schema",
    "doctor": "check endpoint, credentials, clock, permissions and store",
    "emulator": "serve the emulator of the service on this machine",
    "demo": "take the whole tour on the embedded emulator",
    "completion": "print a completion script for a shell",
}
"""Command → what it does. `vodplan.commands.NAME.run` runs it, with `NAMEOptions` of `vodplan.commands.options`."""

COMMANDS_TO_COME: Final[dict[str, tuple[str, str]]] = {}
"""Commands of docs/contract.md section 4 that this version does not have → what each will do, what helps until then."""
