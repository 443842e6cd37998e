"""What partner systems rely on: every resource, every refusal, the published schema."""
