"""Run vodplan as a module: `python -m vodplan`."""

from vodplan.cli.main import entry

if __name__ == "__main__":
    entry()
