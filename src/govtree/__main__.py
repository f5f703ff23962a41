"""Runs the command by ``python -m govtree``."""

import sys

from govtree.cli import main

if __name__ == "__main__":
    sys.exit(main())
