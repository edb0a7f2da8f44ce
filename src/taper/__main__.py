"""The command line as a module: `python -m taper`."""

from taper.cli import main

raise SystemExit(main())
