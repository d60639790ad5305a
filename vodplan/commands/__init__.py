"""One module for each command: options in, results shown, exit code out."""
