"""Correcting a road map in place: its document as a sheet of typed lines, and back.

`fields` and `sheet` turn content into what a person types and read it back; `posted` is the sheet as a browser sends
it; `acts` are the buttons; `conflict` is a stale edit; `marks` say what differs; `page` is all of it for the template.
"""
