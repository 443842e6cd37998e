"""What every resource of partner systems speaks: columns, pages, filters, problems, the schema."""
