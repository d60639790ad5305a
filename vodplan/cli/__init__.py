"""The command line: arguments become options, one command is called, and errors become exit codes."""
