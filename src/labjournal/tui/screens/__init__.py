"""The pages of the app, one a file: each answers one question, asks the feed and arranges widgets."""
