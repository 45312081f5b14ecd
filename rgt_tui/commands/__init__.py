"""The commands of the command line: one file a command, each with its `COMMAND`.

The first line of a command's file is its docstring's first sentence, and what `--help` shows.
"""
