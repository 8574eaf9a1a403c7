"""Widgets that know roles, rows and arrays; none of them knows a store, a run folder or a check."""
