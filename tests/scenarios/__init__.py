"""What several test files stand on: people, programmes, road maps signed, random documents. No test is here."""
