"""The editor of a draft: the official table, one row of it open as a form, saved by itself."""
