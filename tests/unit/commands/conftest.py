"""The fake behind `vodplan.api` serves these tests too."""

from tests.unit.cli.conftest import fake

__all__ = ["fake"]
