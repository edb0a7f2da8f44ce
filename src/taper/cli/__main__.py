"""The command line as a module: `python -m taper.cli`."""

from taper.cli import main

raise SystemExit(main())
