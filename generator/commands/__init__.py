"""The commands: each takes parsed arguments and gives an exit code. They are imported only when they run."""
