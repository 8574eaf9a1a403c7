"""Its presence puts this folder on the import path, so that tests below can import ``tui_harness``."""
