"""`python -m generator`."""

import signal

from generator.cli import main

signal.signal(signal.SIGTERM, signal.default_int_handler)  # who ends us gets what Ctrl-C gets: nothing is left running
raise SystemExit(main())
