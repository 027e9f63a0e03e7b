"""How fast pages are, as ratios within one run: ``python3 dev.py bench`` (see ``README.md`` in this folder)."""
