"""Runs the command by ``python -m govtree``."""

import sys

if __name__ == "__main__":
    # Python looks first in the current folder, which may be a stranger's, with a yaml.py in it.
    if not sys.flags.safe_path:
        del sys.path[0]

    from govtree.cli import main

    sys.exit(main())
