"""Being here puts ``tests/`` on the import path, for what test files of several folders share."""
