"""From argparse's namespace to the frozen options of a command."""

from __future__ import annotations

import argparse
from dataclasses import fields
from typing import Any

from vodplan.commands import options as known
from vodplan.commands.options import CommonOptions

_CLASSES: dict[str, type[CommonOptions]] = {
    "init": known.InitOptions,
    "validate": known.ValidateOptions,
    "fmt": known.FmtOptions,
    "plan": known.PlanOptions,
    "show": known.ShowOptions,
    "apply": known.ApplyOptions,
    "drift": known.DriftOptions,
    "history": known.HistoryOptions,
    "export": known.ExportOptions,
    "import": known.ImportOptions,
    "unmanaged": known.UnmanagedOptions,
    "report": known.ReportOptions,
    "undo": known.UndoOptions,
    "unlock": known.UnlockOptions,
    "schema": known.SchemaOptions,
    "doctor": known.DoctorOptions,
    "select": known.SelectOptions,
    "emulator": known.EmulatorOptions,
    "demo": known.DemoOptions,
    "completion": known.CompletionOptions,
}


def options_of(name: str, arguments: argparse.Namespace) -> CommonOptions:
    """The options record of a command."""
    given: dict[str, Any] = {key: _frozen(value) for key, value in vars(arguments).items()}
    if name == "emulator":
        given["arguments"] = arguments
    if name == "completion":
        from vodplan.cli.arguments import build_parser

        given["parser"] = build_parser()
    wanted = _CLASSES[name]
    return wanted(**{field.name: given[field.name] for field in fields(wanted)})


def common_of(arguments: argparse.Namespace) -> CommonOptions:
    """The flags of every command alone."""
    given: dict[str, Any] = {key: _frozen(value) for key, value in vars(arguments).items()}
    return CommonOptions(**{field.name: given[field.name] for field in fields(CommonOptions)})


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
